"""Codes 540 to 545: servers that answer in place of an engine of certify's own."""

from __future__ import annotations

from certify.cli.explanations.base import Explanation

CODES = {
    "CERT-E540": Explanation(
        "The address of the server cannot be used",
        "Give it as http://HOST:PORT/v1 or with https. It must hold no user name, password or query, because it is "
        "printed on the certificate. A key goes into an environment variable, named with --api-key-env.",
    ),
    "CERT-E541": Explanation(
        "The server cannot be used",
        "It does not answer, wants other credentials, does not know the model, or points to another address. Only the "
        "address you named is asked, and no redirection is followed. Answers so far are kept; mend what the message "
        "says and give the same command again.",
    ),
    "CERT-E542": Explanation(
        "The server failed on too many requests",
        "A few failed requests become errors of their items and count as not right. More than one in twenty are the "
        "server's fault, and would be taken for the model's. None of the failures was kept. Mend the server, then give "
        "the same command again: it asks only what is missing.",
    ),
    "CERT-E543": Explanation(
        "The command that should start a server cannot be used",
        "It is taken apart as a shell would, but no shell runs it. It needs {model} where the folder or file of the "
        "model belongs and {port} where the port belongs, and its program must be on PATH or named by its whole path.",
    ),
    "CERT-E544": Explanation(
        "The server that certify started cannot be vouched for",
        "It ended, did not answer in time, can be reached from other machines, or another process has its port. Only "
        "what certify started itself on the model's files counts as verified. Make the server listen to 127.0.0.1, and "
        "see what it said in the log beside the journal.",
    ),
    "CERT-E545": Explanation(
        "It is not clear which server should be asked",
        "The engine openai needs either --endpoint or --serve, and a name with --endpoint-model where the server has "
        "several models. A key must be in the environment variable that is named, and crosses a network only with "
        "https. Correct the options and give the command again.",
    ),
}
