/* Fails the n-th write to the disk that a process makes below one folder; loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;
static long seen = 0;
static int code = 0;
static char below[PATH_MAX] = "";

void fault_arm(long n, int error, const char *folder) {
    left = n;
    seen = 0;
    code = error;
    strncpy(below, folder, sizeof below - 1);
}

long fault_seen(void) { return seen; }

static int ours(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

/* Once it has failed it goes on failing, as full and broken disks do, until it is armed again. */
static int fails(int is_ours) {
    if (left < 0 || !below[0] || !is_ours) return 0;
    if (__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) < left) return 0;
    errno = code;
    return 1;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__) = 0; if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    return fails(ours(fd)) ? -1 : real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    return fails(ours(fd)) ? -1 : real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    return fails(ours(fd)) ? -1 : real(fd, data, size, at);
}
int fsync(int fd) {
    REAL(int, fsync, int);
    return fails(ours(fd)) ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    return fails(ours(fd)) ? -1 : real(fd);
}
int syncfs(int fd) {
    REAL(int, syncfs, int);
    return fails(ours(fd)) ? -1 : real(fd);
}
int ftruncate(int fd, off_t size) {
    REAL(int, ftruncate, int, off_t);
    return fails(ours(fd)) ? -1 : real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    REAL(int, ftruncate64, int, off64_t);
    return fails(ours(fd)) ? -1 : real(fd, size);
}
int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    return fails(strncmp(to, below, strlen(below)) == 0) ? -1 : real(from, to);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    return fails(strncmp(path, below, strlen(below)) == 0) ? -1 : real(path, mode);
}
