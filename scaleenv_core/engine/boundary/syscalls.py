"""Which system calls a cell may make, with their numbers on x86_64 and aarch64."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Mapping

from attrs import frozen


@frozen
class Unless:
    """Allowed unless this argument has one of these bits."""

    argument: int
    bits: int


@frozen
class OneOf:
    """Allowed if this argument is one of these values."""

    argument: int
    values: tuple[int, ...]


@frozen
class NoneOf:
    """Allowed if this argument is none of these values."""

    argument: int
    values: tuple[int, ...]


Condition = Unless | OneOf | NoneOf

_TABLE = """
    access            21    -
    brk               12  214
    clock_getres     229  114
    clock_gettime    228  113
    clock_nanosleep  230  115
    close              3   57
    exit              60   93
    exit_group       231   94
    faccessat        269   48
    faccessat2       439  439
    fcntl             72   25
    fstat              5   80
    futex            202   98
    getcwd            79   17
    getdents64       217   61
    getegid          108  177
    geteuid          107  175
    getgid           104  176
    getitimer         36  102
    getpid            39  172
    getppid          110  173
    getrandom        318  278
    getrusage         98  165
    gettid           186  178
    gettimeofday      96  169
    getuid           102  174
    lseek              8   62
    lstat              6    -
    madvise           28  233
    mmap               9  222
    mprotect          10  226
    mremap            25  216
    munmap            11  215
    nanosleep         35  101
    newfstatat       262   79
    openat           257   56
    poll               7    -
    ppoll            271   73
    pread64           17   67
    read               0   63
    readlink          89    -
    readlinkat       267   78
    restart_syscall  219  128
    rseq             334  293
    rt_sigaction      13  134
    rt_sigprocmask    14  135
    rt_sigreturn      15  139
    sched_getaffinity 204 123
    sched_yield       24  124
    setitimer         38  103
    set_robust_list  273   99
    sigaltstack      131  132
    stat               4    -
    time             201    -
    times            100  153
    uname             63  160
    write              1   64

    add_key          248  217
    bpf              321  280
    execve            59  221
    execveat         322  281
    finit_module     313  273
    fork              57    -
    init_module      175  105
    io_uring_setup   425  425
    kexec_load       246  104
    keyctl           250  219
    memfd_create     319  279
    mount            165   40
    open_by_handle_at 304 265
    perf_event_open  298  241
    pidfd_getfd      438  438
    pidfd_open       434  434
    pivot_root       155   41
    process_vm_readv 310  270
    process_vm_writev 311 271
    ptrace           101  117
    setns            308  268
    socket            41  198
    socketpair        53  199
    unshare          272   97
    userfaultfd      323  282
    vfork             58    -
"""

_MACHINES = ("x86_64", "aarch64")

NUMBERS: Mapping[str, Mapping[str, int]] = {
    machine: {
        line.split()[0]: int(line.split()[column])
        for line in _TABLE.splitlines()
        if line.strip() and line.split()[column] != "-"
    }
    for column, machine in enumerate(_MACHINES, start=1)
}
"""Machine → system call → number there."""

_CREATING = os.O_CREAT | os.O_TRUNC | (getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY)
_ANSWERS = 1  # the file descriptor of the pipe to the parent

ALWAYS: Mapping[str, tuple[Condition, ...]] = {
    **dict.fromkeys(
        """brk clock_getres clock_gettime clock_nanosleep exit exit_group fstat futex getegid geteuid
        getgid getitimer getpid getppid getrandom getrusage gettid gettimeofday getuid lseek madvise
        mremap munmap nanosleep poll ppoll read restart_syscall rseq rt_sigaction rt_sigprocmask
        rt_sigreturn sched_getaffinity sched_yield setitimer set_robust_list sigaltstack time times
        uname""".split(),
        (),
    ),
    "write": (OneOf(0, (_ANSWERS,)),),
    # Were the pipe's number free, the next file opened would take it, and could be written.
    "close": (NoneOf(0, (0, 1, 2)),),
    "mmap": (Unless(2, mmap.PROT_EXEC), Unless(3, mmap.MAP_SHARED)),
    "mprotect": (Unless(2, mmap.PROT_EXEC),),
}
"""What every cell may do."""

WITH_FILES: Mapping[str, tuple[Condition, ...]] = {
    **dict.fromkeys(
        """access faccessat faccessat2 getcwd getdents64 lstat newfstatat pread64 readlink readlinkat
        stat""".split(),
        (),
    ),
    "openat": (Unless(2, _CREATING),),
    # Not F_SETOWN and F_SETSIG, which make the kernel send signals, nor F_DUPFD.
    "fcntl": (OneOf(1, (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_GETLK, fcntl.F_SETLK)),),
}
"""What a cell with a grant may do beside that; Landlock says to which files."""

KILLED = frozenset(_TABLE.partition("\n\n")[2].split()[::3])
"""No honest code tries these: whoever does is ended at once. Any other call is refused (EPERM)."""
