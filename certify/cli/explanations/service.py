"""Codes 660 to 677: the registry as a service, and asking one."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E660": Explanation(
        "The statement is not about what it claims to be about",
        "The subject of a plan, evaluation or certificate is the model it names, that of a rendering is its PDF, and "
        "that of a change of standing is the certificate of its serial. Otherwise whoever looks something up would "
        "find a claim about another thing. Let certify make and sign the statement.",
    ),
    "CERT-E661": Explanation(
        "The settings of the service cannot be used",
        "A field is unknown, or has a value it cannot have. The server does not start with settings that nobody "
        "meant. The page docs/registry-service.md lists every field and its environment variable.",
    ),
    "CERT-E662": Explanation(
        "The service does not know who asks",
        "Handing something in needs an API key or a token of an OpenID provider that the service trusts, and so does "
        "reading a private registry. The key may have been revoked, or the token may have run out. Ask the operator "
        "for one, who makes it with `certify registry api-keys add`.",
    ),
    "CERT-E663": Explanation(
        "The caller may not do this",
        "Its key or token gives it other roles. A change of standing takes the role revoker, a certificate the role "
        "issuer, and the keys of others the role policy-admin. Ask the operator for a key with the role.",
    ),
    "CERT-E664": Explanation(
        "The caller asks too often",
        "Each caller may make so many requests in a second, so that nobody keeps the others waiting. Wait for as long "
        "as the answer says and send the same request again. Nothing was changed.",
    ),
    "CERT-E665": Explanation(
        "The body of the request is too long",
        "It is counted as it arrives, whatever its head promises. A statement has no reason to be that long. Send "
        "fewer statements at once, or a smaller PDF.",
    ),
    "CERT-E666": Explanation(
        "The body of the request is in a form that is not read",
        "Statements are sent as JSON in UTF-8, PDFs as they are, and nothing compressed. Say so in the Content-Type "
        "of the request.",
    ),
    "CERT-E667": Explanation(
        "The body of the request arrived too slowly",
        "A connection that sends almost nothing would keep others out. Send the request again. What was already "
        "logged is not logged twice.",
    ),
    "CERT-E668": Explanation(
        "The request is malformed",
        "A part of the address, of the question or of the head is missing or has a value it cannot have. The "
        "answer names the part. The service describes itself at /api/v1/openapi.json.",
    ),
    "CERT-E669": Explanation(
        "The service has nothing at this address",
        "The address or the method is none of its own. The service describes itself at /api/v1/openapi.json.",
    ),
    "CERT-E670": Explanation(
        "The log cannot take more right now",
        "So many statements wait already that one more would wait too long, or the log did not answer in time. Send "
        "the same request again after as long as the answer says. Nothing that was acknowledged is lost, and nothing "
        "is logged twice.",
    ),
    "CERT-E671": Explanation(
        "The registry does not keep this file",
        "It keeps PDFs that a logged rendering names by their digest, and nothing else. The digest in the address "
        "must be that of the bytes sent. Log the rendering first, then send the original PDF.",
    ),
    "CERT-E672": Explanation(
        "The registry could not be asked",
        "It does not answer, is too busy, answers without end, or points elsewhere. Nothing was changed here. Check "
        "the address and the network, then give the same command again.",
    ),
    "CERT-E673": Explanation(
        "The registry refused",
        "It answered with an error of its own, which the message repeats. What it took before that is kept, and "
        "giving the same command again goes on from there.",
    ),
    "CERT-E674": Explanation(
        "This cannot be the address of a registry",
        "It begins with https:// and names a host, without a user or a password. Only a registry on this machine may "
        "be asked with http://. The address comes from the command line or your own trust file, never from the "
        "certificate.",
    ),
    "CERT-E675": Explanation(
        "The API key, or the file of API keys, cannot be used",
        "A name is used once, and stands for one caller with at least one role. If the file was damaged, restore it "
        "from a backup. The keys themselves are not in it; make new ones where they are lost.",
    ),
    "CERT-E676": Explanation(
        "This server takes no statements",
        "It was started for reading, without the key of the log. Ask the operator for the address that takes them.",
    ),
    "CERT-E677": Explanation(
        "The service failed",
        "That is a defect of certify itself. The answer names the request, and the server's log tells more under that "
        "name. Please report it with both.",
    ),
    "CERT-E678": Explanation(
        "The registry answered something else than it was asked",
        "What came back is not a registry's answer, or is about another certificate. Do not rely on it. Check the "
        "address, and that no proxy answers in the registry's place.",
    ),
}
