"""Generate libs/contracts from proto/: messages, services, and type stubs for both.

With --check: generate elsewhere and fail on any difference.
"""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
CONTRACTS = ROOT / "libs" / "contracts"


def generate(target: Path) -> None:
    """Write the generated modules below `target`."""
    scripts = Path(sys.executable).parent
    sources = sorted(str(path) for path in PROTO.rglob("*.proto"))
    services = [path for path in sources if path.endswith("_service.proto")]
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}"]
    subprocess.run(
        [
            *protoc,
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--python_out={target}",
            f"--mypy_out=quiet:{target}",
            *sources,
        ],
        check=True,
    )
    subprocess.run(
        [
            *protoc,
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--grpc_python_out={target}",
            f"--mypy_grpc_out=quiet,only_async:{target}",
            *services,
        ],
        check=True,
    )
    for folder in sorted({path.parent for path in target.rglob("*_pb2*.py")}):
        for package in (folder, *folder.parents):
            if package == target:
                break
            (package / "__init__.py").touch()


def differences(expected: Path, actual: Path) -> list[str]:
    """Return the files that are not the same below both folders."""
    found = {
        path.relative_to(root)
        for root in (expected, actual)
        for path in root.rglob("*")
        if path.is_file() and path.suffix in {".py", ".pyi"}
    }
    return sorted(
        str(path)
        for path in found
        if not (
            (expected / path).exists()
            and (actual / path).exists()
            and filecmp.cmp(expected / path, actual / path, shallow=False)
        )
    )


def main() -> int:
    """Generate, or check."""
    if sys.argv[1:] != ["--check"]:
        generate(CONTRACTS)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        changed = differences(Path(folder), CONTRACTS)
    for path in changed:
        print(f"libs/contracts/{path} is not what proto/ generates: run `make proto`")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
