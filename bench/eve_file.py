"""A Suricata EVE file of any size: alerts of a kilobyte, no two alike, the same at each run."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

_SIGNATURES = (
    ("ET SCAN Potential SSH Scan", "Attempted Information Leak", 2),
    ("ET TROJAN Win32/Emotet CnC Activity (POST)", "A Network Trojan was detected", 1),
    (
        "ET POLICY Dropbox.com Offsite File Backup in Use",
        "Potential Corporate Privacy Violation",
        1,
    ),
    ("ET WEB_SERVER SQL Injection Attempt SELECT FROM", "Web Application Attack", 1),
    ("ET INFO Observed DNS Query to .cloud TLD", "Potentially Bad Traffic", 2),
    ("SURICATA STREAM Packet with invalid timestamp", "Generic Protocol Command Decode", 3),
)


def eve_lines(seed: int = 1) -> Iterator[bytes]:
    """Alerts as Suricata writes them, no two alike, for ever."""
    chance = random.Random(seed)  # sample data
    number = 0
    while True:
        number += 1
        signature, category, priority = chance.choice(_SIGNATURES)
        record = {
            "timestamp": f"2026-03-24T14:{number // 60 % 60:02}:{number % 60:02}.037299+0000",
            "flow_id": chance.getrandbits(48),
            "in_iface": "eth0",
            "event_type": "alert",
            "src_ip": f"10.7.{chance.randrange(256)}.{chance.randrange(1, 255)}",
            "src_port": chance.randrange(1024, 65535),
            "dest_ip": f"192.0.2.{chance.randrange(1, 255)}",
            "dest_port": chance.choice((22, 53, 80, 443, 8080)),
            "proto": "TCP",
            "community_id": f"1:{chance.getrandbits(120):030x}=",
            "alert": {
                "action": "allowed",
                "gid": 1,
                "signature_id": 2000000 + chance.randrange(30000),
                "rev": 7,
                "signature": signature,
                "category": category,
                "severity": priority,
                "metadata": {
                    "attack_target": ["Client_Endpoint"],
                    "created_at": ["2019_06_25"],
                    "deployment": ["Perimeter"],
                    "mitre_technique_id": ["T1071"],
                    "signature_severity": ["Major"],
                },
            },
            "http": {
                "hostname": f"host{chance.randrange(10000)}.example.net",
                "url": f"/index/{chance.getrandbits(64):x}?q={chance.getrandbits(64):x}",
                "http_user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
                "http_method": "GET",
                "protocol": "HTTP/1.1",
                "status": 200,
                "length": chance.randrange(100000),
            },
            "app_proto": "http",
            "flow": {
                "pkts_toserver": chance.randrange(1, 100),
                "pkts_toclient": chance.randrange(1, 100),
                "bytes_toserver": chance.randrange(100, 100000),
                "bytes_toclient": chance.randrange(100, 100000),
                "start": "2026-03-24T14:37:18.901022+0000",
            },
        }
        yield json.dumps(record, separators=(",", ":")).encode() + b"\n"


def write_file(path: Path, mebibytes: int) -> int:
    """A file of that size; returns how many alerts are in it."""
    size = count = 0
    with path.open("wb") as file:
        for line in eve_lines():
            if size >= mebibytes * 2**20:
                return count
            file.write(line)
            size += len(line)
            count += 1
    return count
