"""PostgreSQL's configuration, for a small machine that keeps what it acknowledged."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024 * 1024


def server_settings(
    socket_folder: Path, port: int, tcp_port: int | None, *, fsync: bool
) -> dict[str, str]:
    """The settings the server starts with, by name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    return {
        "cluster_name": "backoffice",
        # Without a port for TCP nothing but the owner's own processes can reach the server at all.
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(tcp_port or port),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        # Taken as it is used: a small database on a large machine stays small.
        "shared_buffers": f"{min(2048, max(64, memory // 8))}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "64MB",
        "random_page_cost": "1.1",
        # Requests are short and many; containers often give /dev/shm 64 MB, which parallel plans
        # exhaust.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "autovacuum_naptime": "20s",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        # A week of files, each begun anew when its weekday returns.
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_min_duration_statement": "2s",
        # Values of statements are visitors' words and secrets.
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
