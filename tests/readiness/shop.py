"""A small product that is ready for production: every row that files decide passes."""

C, N, S, E, W = (
    "compose.prod.yaml",
    "nginx.conf",
    "shop/settings.py",
    ".env.production.template",
    ".github/workflows/ci.yml",
)
"""Its files by one letter each: tests say what is other in which."""

COMPOSE = """\
name: shop-prod
services:
  web:
    image: ghcr.io/acme/shop:${SHOP_VERSION:?}
    build: {context: ., target: production}
    command: gunicorn shop.wsgi --bind 0.0.0.0:8000
    env_file: .env
    environment: ["SHOP_MIGRATE=${SHOP_MIGRATE:-true}"]
    volumes: [backups:/backups]
    healthcheck:
      test: ["CMD", "curl", "-f", "-H", "X-Forwarded-Proto: https", "-H", "Host: shop.example",
             "http://localhost:8000/api/health/"]
    depends_on:
      migrate: {condition: service_completed_successfully}
      db: {condition: service_started}
  migrate:
    image: ghcr.io/acme/shop:${SHOP_VERSION:?}
    build: {context: ., target: production}
    entrypoint: ["/app/migrate.sh"]
    env_file: .env
    environment: ["SHOP_MIGRATE=${SHOP_MIGRATE:-true}"]
    depends_on: [db]
  worker:
    image: ghcr.io/acme/shop:${SHOP_VERSION:?}
    build: {context: ., target: production}
    command: celery -A shop worker
    env_file: .env
    volumes: [backups:/backups]
    depends_on:
      migrate: {condition: service_completed_successfully}
      redis: {condition: service_started}
  beat:
    image: ghcr.io/acme/shop:${SHOP_VERSION:?}
    build: {context: ., target: production}
    command: celery -A shop beat
    env_file: .env
    depends_on:
      migrate: {condition: service_completed_successfully}
      redis: {condition: service_started}
  frontend:
    image: ghcr.io/acme/shop-front:${SHOP_VERSION:?}
    build:
      context: front
      args: {VITE_COOKIE_REFRESH_AUTH: "true"}
  db:
    image: postgres:17.6
    environment: {POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?}"}
    volumes: [data:/var/lib/postgresql/data]
  redis:
    image: redis:8.2.1
  proxy:
    image: nginx:1.29.3
    profiles: [proxy]
    ports: ["${HTTP_PORT:-80}:80", "${HTTPS_PORT:-443}:443"]
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
      - ./tls:/etc/nginx/tls:ro
    depends_on: [web, frontend]
volumes:
  data:
  backups:
"""

EXPOSE = """\
services:
  web:
    ports: ["127.0.0.1:${WEB_PORT:-8000}:8000"]
"""

NGINX = """\
events {}
http {
  log_format main '$remote_addr $request $status';
  access_log /dev/stdout main;
  client_max_body_size 10m;
  limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
  server {
    listen 80;
    server_name shop.example;
    return 301 https://shop.example$request_uri;
  }
  server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /etc/nginx/tls/fullchain.pem;
    ssl_certificate_key /etc/nginx/tls/privkey.pem;
    add_header Permissions-Policy "camera=()" always;
    location / {
      proxy_pass http://web:8000;
      proxy_set_header Host $host;
      proxy_set_header X-Request-ID $request_id;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
"""

SETTINGS = """\
import os
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = os.environ.get("DEBUG", "false") == "true"
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
CSRF_TRUSTED_ORIGINS = os.environ["CSRF_TRUSTED_ORIGINS"].split(",")
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]
SECURE_CSP = {"default-src": ["'self'"]}
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": "shop", "USER": "shop", "HOST": "db",
    "PASSWORD": os.environ["POSTGRES_PASSWORD"],
}}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = os.environ["SECURE_SSL_REDIRECT"] == "true"
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
BACKUPS_DIR = "/backups"
CELERY_BROKER_URL = "redis://redis:6379/0"
CELERY_BEAT_SCHEDULE = {"nightly-backup": {"task": "shop.tasks.backup", "schedule": 86400}}
SENTRY_DSN = os.environ["SENTRY_DSN"]
"""

URLS = """\
from django.urls import path
from shop import views
urlpatterns = [
    path("api/health/", views.health),
    path("api/readiness/", views.ready),
]
"""

WORKFLOW = """\
on: push
jobs:
  check:
    runs-on: ubuntu-24.04
    env:
      SECRET_KEY: only-for-ci
      ALLOWED_HOSTS: localhost
      CSRF_TRUSTED_ORIGINS: http://localhost
      POSTGRES_PASSWORD: only-for-ci
      SECURE_SSL_REDIRECT: "false"
      SENTRY_DSN: ""
    steps:
      - uses: actions/checkout@v5
      - run: pip-audit -r requirements.txt
      - run: python manage.py test
      - run: npm --prefix front run test
      - run: npm --prefix front run e2e
      - run: python manage.py spectacular --file openapi.json
      - run: npx openapi-typescript openapi.json -o front/schema.ts
      - run: git diff --exit-code -- openapi.json front/schema.ts
      - run: confguard check
"""

ENV = """\
SECRET_KEY=change-me
DEBUG=false
ALLOWED_HOSTS=shop.example
CSRF_TRUSTED_ORIGINS=https://shop.example
POSTGRES_PASSWORD=change-me
REDIS_URL=redis://redis:6379/0
SHOP_VERSION=1.4.2
SHOP_MIGRATE=true
SENTRY_DSN=https://key@sentry.example/1
COOKIE_REFRESH_AUTH=true
AUTH_ENFORCED=true
OPENAPI_PUBLIC=false
JWT_ACCESS_MINUTES=20
CSP_ENABLED=true
CSP_REPORT_ONLY=false
CSP_REPORT_URI=https://reports.example/csp
SECURE_SSL_REDIRECT=true
"""

MAKEFILE = """\
build-prod:
	docker compose -f compose.prod.yaml --profile proxy build
up-prod:
	docker compose -f compose.prod.yaml --profile proxy up -d
down-prod:
	docker compose -f compose.prod.yaml --profile proxy down
"""

FILES = {
    "compose.prod.yaml": COMPOSE,
    "compose.host-expose.yaml": EXPOSE,
    "nginx.conf": NGINX,
    ".env.production.template": ENV,
    ".gitignore": "/tls/\n.env\n",
    ".dockerignore": ".env\n.git\ntls\n",
    "Dockerfile": "FROM python:3.13.1 AS production\nRUN apt-get update && apt-get install -y curl\n"
    "WORKDIR /app\n"
    "COPY . .\nRUN mkdir /backups\n",
    "migrate.sh": '#!/bin/sh\nif [ "$SHOP_MIGRATE" = "true" ]; then\n  python manage.py migrate\nfi\n',
    "front/Dockerfile": "FROM node:22.1.0\nARG VITE_COOKIE_REFRESH_AUTH\nWORKDIR /app\nCOPY . .\n"
    'RUN npm run build\nCMD ["node", "server.js"]\n',
    "front/package.json": '{"dependencies": {"react": "19.0.0"}, "scripts": {"test": "vitest"}}\n',
    "front/server.js": "require('http').createServer().listen(3000)\n",
    "front/schema.ts": "export {}\n",
    "openapi.json": "{}\n",
    "lighthouserc.js": "module.exports = { ci: { collect: { startServerReadyPattern: '' } } }\n",
    "requirements.txt": "Django==6.0\ngunicorn==23.0.0\ncelery==5.5.0\npsycopg==3.2.0\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/wsgi.py": "import os\nfrom django.core.wsgi import get_wsgi_application\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "application = get_wsgi_application()\n",
    "shop/celery.py": "import os\nfrom celery import Celery\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "app = Celery('shop')\napp.config_from_object('django.conf:settings', namespace='CELERY')\n"
    "app.autodiscover_tasks()\n",
    "shop/settings.py": SETTINGS,
    "shop/tasks.py": "from celery import shared_task\n@shared_task\ndef backup():\n    pass\n",
    "shop/urls.py": URLS,
    "shop/views.py": "def health(request):\n    pass\ndef ready(request):\n    pass\n",
    "scripts/backup.sh": '#!/bin/sh\npg_dump -U "$POSTGRES_USER" "$POSTGRES_DB" > /backups/now.sql\n',
    ".github/workflows/ci.yml": WORKFLOW,
    "Makefile": MAKEFILE,
    "README.md": "# Shop\n\nIn production:\n\n```sh\ncp .env.production.template .env\nmake up-prod\n```\n\n"
    "Behind the proxy of the host: "
    "`docker compose -f compose.prod.yaml -f compose.host-expose.yaml up -d`\n",
}
"""Path to text."""


def changed(*pairs: tuple[str, str, str]) -> dict[str, str]:
    """Return files with a text replaced in each; the text has to be there."""
    files: dict[str, str] = {}
    for path, old, new in pairs:
        text = files.get(path, FILES[path])
        assert old in text, (path, old)
        files[path] = text.replace(old, new)
    return files
