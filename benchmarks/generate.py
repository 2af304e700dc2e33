"""Writes a repository of a given size, always the same: ``python benchmarks/generate.py 10 FOLDER``."""

import argparse
import random
import subprocess
from pathlib import Path

DJANGO_EVERY = 5


def repository(services: int) -> dict[str, str]:
    """Return the files of a repository by path: Compose and an overlay, nginx, settings, env templates."""
    files = {
        "compose.yaml": _compose(services),
        "compose.prod.yaml": _overlay(services),
        ".env.example": _project_env(services),
        "nginx/default.conf.template": _nginx(services),
        "Makefile": "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml --env-file .env up -d\n",
    }
    for index in range(0, services, DJANGO_EVERY):
        files[f"app{index}/config/settings.py"] = _settings(index)
        files[f"app{index}/manage.py"] = _manage()
        files[f"app{index}/.env.example"] = _service_env(index)
        files[f"app{index}/Dockerfile"] = _dockerfile()
    return files


def _compose(services: int) -> str:
    chance = random.Random(services)
    parts = [
        "x-common: &common\n  restart: unless-stopped\n  networks: [internal]\n\nservices:\n"
        "  db:\n    <<: *common\n    image: postgres:17.6\n    environment:\n"
        "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}\n"
        "    volumes: [database:/var/lib/postgresql/data]\n"
        "  nginx:\n    <<: *common\n    image: nginx:1.28.0\n    ports: ['${HTTP_PORT:-80}:80']\n"
        "    environment:\n      SERVER_NAME: ${SERVER_NAME:-localhost}\n"
        "    volumes: ['./nginx:/etc/nginx/templates:ro']\n    depends_on: [db]\n"
    ]
    for index in range(services):
        django = index % DJANGO_EVERY == 0
        source = f"build: ./app{index}" if django else f"image: example.org/worker:{chance.randrange(1, 9)}.0"
        env_file = f"    env_file: [app{index}/.env]\n" if django else ""
        parts.append(
            f"  app{index}:\n    <<: *common\n    {source}\n{env_file}    environment:\n"
            f"      DATABASE_URL: postgres://app:${{POSTGRES_PASSWORD}}@db:5432/app{index}\n"
            f"      DJANGO_SETTINGS_MODULE: config.settings\n      WORKERS: ${{WORKERS_{index}:-2}}\n"
            f"    depends_on:\n      db: {{condition: service_started}}\n"
            f"    healthcheck:\n      test: [CMD, curl, -f, 'http://localhost:8000/health/']\n"
        )
    return "".join(parts) + "networks:\n  internal:\nvolumes:\n  database:\n"


def _overlay(services: int) -> str:
    parts = ["services:\n"]
    parts += [f"  app{index}:\n    environment:\n      LOG_LEVEL: warning\n" for index in range(services)]
    return "".join(parts)


def _project_env(services: int) -> str:
    return "POSTGRES_PASSWORD=\nHTTP_PORT=80\n" + "".join(f"WORKERS_{index}=4\n" for index in range(services))


def _nginx(services: int) -> str:
    locations = "".join(
        f"    location /app{index}/ {{\n        proxy_pass http://app{index}:8000/;\n"
        "        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-Proto $scheme;\n"
        "        client_max_body_size 10m;\n    }\n"
        for index in range(services)
    )
    headers = "".join(
        f'    add_header {header} "{value}" always;\n'
        for header, value in {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'self'; img-src 'self' data:",
        }.items()
    )
    return f"server {{\n    listen 80;\n    server_name ${{SERVER_NAME}};\n{headers}{locations}}}\n"


def _settings(index: int) -> str:
    apps = "".join(f'    "app{index}.part{part}",\n' for part in range(20))
    flags = "".join(
        f'FEATURE_{number} = os.environ.get("FEATURE_{number}", "false").lower() == "true"\n'
        for number in range(20)
    )
    return (
        "import os\nfrom pathlib import Path\n\nBASE_DIR = Path(__file__).resolve().parent.parent\n\n"
        'SECRET_KEY = os.environ["SECRET_KEY"]\nDEBUG = os.environ.get("DEBUG", "false").lower() == "true"\n'
        'ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "").split(",")\n'
        f"INSTALLED_APPS = [\n{apps}]\n"
        'MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\nROOT_URLCONF = "config.urls"\n'
        f"{flags}SESSION_COOKIE_SECURE = not DEBUG\nCSRF_COOKIE_SECURE = not DEBUG\n"
    )


def _manage() -> str:
    return (
        'import os\nimport sys\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")\n'
        "from django.core.management import execute_from_command_line\n\n"
        "execute_from_command_line(sys.argv)\n"
    )


def _service_env(index: int) -> str:
    features = "".join(f"FEATURE_{number}=false\n" for number in range(20))
    return f"SECRET_KEY=\nDEBUG=false\nALLOWED_HOSTS=app{index}.example.org\n{features}"


def _dockerfile() -> str:
    return 'FROM python:3.13.9-slim\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["gunicorn", "config.wsgi"]\n'


def write(folder: Path, services: int) -> list[str]:
    """Write a repository that git tracks and return the paths of its files."""
    files = repository(services)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all", "--force"], cwd=folder, check=True)
    return list(files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    print(f"{len(write(options.folder, options.services))} files in {options.folder}")


if __name__ == "__main__":
    main()
