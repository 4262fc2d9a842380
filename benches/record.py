"""What the measuring scripts share: the columns of a record, the machine, rows that go to the terminal and to a file."""
import csv
import datetime
import os
import platform
import subprocess

COLUMNS = ["date", "commit", "cpu", "cores", "part", "engine", "version", "names", "threads", "clock", "rounds",
           "text_bytes", "mb_per_s", "mb_per_s_min", "mb_per_s_max", "count", "build_s", "rss_mb", "peak_mb",
           "file_bytes", "load"]


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def commit():
    run = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return run.stdout.strip()


def speeds(text_bytes, seconds):
    """The columns of the speed: median, minimum and maximum in megabytes (10^6 bytes of text) a second."""
    ordered = sorted(text_bytes / 1e6 / second for second in seconds)
    return {
        "rounds": len(ordered),
        "text_bytes": text_bytes,
        "mb_per_s": f"{ordered[len(ordered) // 2]:.1f}" if ordered[0] >= 10 else f"{ordered[len(ordered) // 2]:.2f}",
        "mb_per_s_min": f"{ordered[0]:.1f}" if ordered[0] >= 10 else f"{ordered[0]:.2f}",
        "mb_per_s_max": f"{ordered[-1]:.1f}" if ordered[0] >= 10 else f"{ordered[-1]:.2f}",
    }


def add(path, row):
    """Prints a row and appends it to a record, which gets its header when it is new."""
    row = {
        "date": datetime.date.today().isoformat(),
        "commit": commit(),
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "load": f"{os.getloadavg()[0]:.2f}",
        **row,
    }
    shown = [row.get(key, "") for key in COLUMNS]
    print("  ".join(f"{key} {value}" for key, value in zip(COLUMNS[5:], shown[5:]) if value != ""), flush=True)
    if not path:
        return
    new = not os.path.exists(path)
    with open(path, "a", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerow(shown)
