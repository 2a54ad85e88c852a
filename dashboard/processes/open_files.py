"""How many sockets this process may open."""

import resource

SPARE_FILES = 64


def files_needed(requests: int) -> str:
    """Why this process cannot open ``requests`` sockets, with the cure; "" when it can.

    Raises the soft limit as far as the hard one allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = requests + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < need:
        return (
            f"{requests} requests need {need} open files, and the limit is {hard}: "
            f"raise it (ulimit -Hn {need}), or send at most {max(hard - SPARE_FILES, 0)} requests"
        )
    if soft != resource.RLIM_INFINITY and soft < need:
        resource.setrlimit(resource.RLIMIT_NOFILE, (need, hard))
    return ""
