// Reads logs, log proofs and cosignatures with Go's own packages golang.org/x/mod/sumdb/{note,tlog}, crypto/ed25519 and
// crypto/mldsa. A job on standard input, one opinion for each of its parts on standard output.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type job struct {
	Proofs   []proof    `json:"proofs"`
	Logs     []log      `json:"logs"`
	Cosigned []cosigned `json:"cosigned"`
}

type proof struct {
	Text string `json:"text"` // a .tlog-proof
	Leaf []byte `json:"leaf"`
	Vkey string `json:"vkey"`
}

type log struct {
	Folder string `json:"folder"`
	Vkey   string `json:"vkey"`
	Older  []struct {
		Size int64  `json:"size"`
		Root []byte `json:"root"`
	} `json:"older"`
}

type cosigned struct {
	Note string `json:"note"`
	Vkey string `json:"vkey"` // of the witness; type 4 or 6
}

type opinion struct {
	Accepts bool   `json:"accepts"`
	Why     string `json:"why"`
}

func main() {
	var asked job
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	said := map[string][]opinion{"proofs": {}, "logs": {}, "cosigned": {}}
	for _, one := range asked.Proofs {
		said["proofs"] = append(said["proofs"], of(one.check()))
	}
	for _, one := range asked.Logs {
		said["logs"] = append(said["logs"], of(one.check()))
	}
	for _, one := range asked.Cosigned {
		said["cosigned"] = append(said["cosigned"], of(one.check()))
	}
	json.NewEncoder(os.Stdout).Encode(said)
}

func of(err error) opinion {
	if err != nil {
		return opinion{false, err.Error()}
	}
	return opinion{true, ""}
}

type tree struct {
	origin string
	size   int64
	root   tlog.Hash
}

// open is what a Go client does with a checkpoint: the signature first, then the three lines.
func open(text, vkey string) (tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tree{lines[0], size, root}, err
}

func (p proof) check() error {
	head, checkpoint, found := strings.Cut(p.Text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path := tlog.RecordProof{}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	signed, err := open(checkpoint, p.Vkey)
	if err != nil {
		return err
	}
	if index < 0 || index >= signed.size {
		return errors.New("no such entry")
	}
	return tlog.CheckRecord(path, signed.size, signed.root, index, tlog.RecordHash(p.Leaf))
}

// reader gives the tiles of a folder; C2SP leaves the height, which is 8, out of the path.
type reader struct{ folder string }

func (r reader) Height() int                          { return 8 }
func (r reader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(r.folder, path))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

// check proves every entry from the tiles, compares it with the bundles of entries, and proves every older tree.
func (l log) check() error {
	text, err := os.ReadFile(filepath.Join(l.Folder, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := open(string(text), l.Vkey)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: signed.size, Hash: signed.root}, reader{l.Folder})
	entries, err := l.entries(signed.size)
	if err != nil {
		return err
	}
	for index, entry := range entries {
		path, err := tlog.ProveRecord(signed.size, int64(index), hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, signed.size, signed.root, int64(index), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	for _, older := range l.Older {
		path, err := tlog.ProveTree(signed.size, older.Size, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(path, signed.size, signed.root, older.Size, tlog.Hash(older.Root)); err != nil {
			return fmt.Errorf("tree of %d: %w", older.Size, err)
		}
	}
	return nil
}

func (l log) entries(size int64) ([][]byte, error) {
	var found [][]byte
	for start := int64(0); start < size; start += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(min(256, size-start))}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(l.Folder, path))
		if err != nil {
			return nil, err
		}
		for range tile.W {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("a bundle of entries is cut off")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			found, data = append(found, data[2:end]), data[end:]
		}
	}
	return found, nil
}

// check follows the text of tlog-cosignature, written anew here.
func (c cosigned) check() error {
	parts := strings.SplitN(c.Vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if parts[1] != hex.EncodeToString(sum[:4]) {
		return errors.New("key id")
	}
	text, lines, _ := strings.Cut(c.Note, "\n\n")
	text += "\n"
	for _, line := range strings.Split(lines, "\n") {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[1] != parts[0] {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(fields[2])
		if err != nil || len(data) < 12 || !bytes.Equal(data[:4], sum[:4]) {
			continue
		}
		return verify(parts[0], key, text, data[4:12], data[12:])
	}
	return errors.New("no cosignature by this key")
}

func verify(name string, key []byte, text string, stamp, signature []byte) error {
	if key[0] == 4 {
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(stamp), text)
		if !ed25519.Verify(ed25519.PublicKey(key[1:]), []byte(message), signature) {
			return errors.New("Ed25519 cosignature")
		}
		return nil
	}
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil {
		return err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return err
	}
	message := []byte("subtree/v1\n\x00")
	message = append(append(message, byte(len(name))), name...)
	message = append(message, stamp...)
	message = append(append(message, byte(len(lines[0]))), lines[0]...)
	message = binary.BigEndian.AppendUint64(message, 0)
	message = binary.BigEndian.AppendUint64(message, size)
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), key[1:])
	if err != nil {
		return err
	}
	return mldsa.Verify(public, append(message, root...), signature, nil)
}
