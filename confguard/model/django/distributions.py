"""Which modules the well-known distributions of Django projects bring, by themselves and by what they need.

Names of modules are those that each distribution's documentation says to install or import (their pages on
the Python Package Index, 2025); what they need is what their metadata requires without an extra.
"""

from __future__ import annotations

_MODULES = """
amqp boto3 botocore brotli certifi cffi cryptography daphne diskcache dramatiq factory_boy=factory faker
fastapi flake8 flower freezegun gevent greenlet gunicorn h11 hiredis httptools httpx hypercorn icalendar idna
invoke ipython=IPython isort itsdangerous jinja2 kombu lxml markdown markupsafe mock mypy mysqlclient=MySQLdb
numpy openai openpyxl orjson packaging pandas passlib pillow=PIL pip pluggy pre-commit=pre_commit
prometheus-client=prometheus_client psutil psycopg psycopg-binary=psycopg_binary psycopg-c=psycopg_c
psycopg2 psycopg2-binary=psycopg2 pycparser pydantic pygments pyjwt=jwt pylint pymemcache pymongo
pymysql pyotp pytest pytest-cov=pytest_cov pytest-django=pytest_django pytest-xdist=xdist
pytest-mock=pytest_mock python-dateutil=dateutil python-decouple=decouple python-dotenv=dotenv
python-json-logger=pythonjsonlogger python-magic=magic python-slugify=slugify pytz pyyaml=yaml qrcode
redis reportlab requests rich ruff s3transfer sentry-sdk=sentry_sdk setuptools six sqlparse stripe structlog
tenacity toml tornado tqdm twilio typing-extensions=typing_extensions tzdata tzlocal ujson urllib3 uvicorn
uvloop uwsgi vine waitress watchdog watchfiles websockets weasyprint wheel whitenoise xhtml2pdf xlsxwriter
asgiref autopep8 bandit beautifulsoup4=bs4 black bleach celery channels channels-redis=channels_redis
charset-normalizer=charset_normalizer click cloudinary colorama coverage cssselect2
dj-database-url=dj_database_url dj-email-url=dj_email_url dj-rest-auth=dj_rest_auth django
django-admin-interface=admin_interface django-admin-sortable2=adminsortable2 django-allauth=allauth
django-anymail=anymail django-autoslug=autoslug django-axes=axes django-bootstrap4=bootstrap4
django-bootstrap5=bootstrap5 django-browser-reload=django_browser_reload django-cacheops=cacheops
django-celery-beat=django_celery_beat django-celery-results=django_celery_results
django-ckeditor=ckeditor,ckeditor_uploader django-ckeditor-5=django_ckeditor_5
django-cleanup=django_cleanup django-cloudinary-storage=cloudinary_storage django-colorfield=colorfield
django-compressor=compressor django-configurations=configurations django-constance=constance
django-cors-headers=corsheaders django-countries=django_countries django-crispy-forms=crispy_forms
crispy-bootstrap4=crispy_bootstrap4 crispy-bootstrap5=crispy_bootstrap5 django-csp=csp
django-dbbackup=dbbackup django-debug-toolbar=debug_toolbar django-environ=environ
django-extensions=django_extensions django-filter=django_filters django-fsm=django_fsm
django-guardian=guardian django-health-check=health_check django-hijack=hijack django-htmx=django_htmx
django-import-export=import_export django-jazzmin=jazzmin django-js-asset=js_asset django-leaflet=leaflet
django-markdownx=markdownx django-model-utils=model_utils django-modeltranslation=modeltranslation
django-money=djmoney django-mptt=mptt django-nested-admin=nested_admin django-ninja=ninja
django-oauth-toolkit=oauth2_provider django-otp=django_otp django-permissions-policy=django_permissions_policy
django-phonenumber-field=phonenumber_field django-polymorphic=polymorphic
django-prometheus=django_prometheus django-q2=django_q django-querycount=querycount
django-ratelimit=django_ratelimit django-recaptcha=django_recaptcha django-redis=django_redis
django-redis-sessions=redis_sessions django-rest-knox=knox django-reversion=reversion
django-rosetta=rosetta django-rq=django_rq django-schema-graph=schema_graph
django-sekizai=sekizai django-ses=django_ses django-silk=silk django-simple-captcha=captcha
django-simple-history=simple_history django-solo=solo django-split-settings=split_settings
django-storages=storages django-stubs=mypy_django_plugin django-structlog=django_structlog
django-taggit=taggit django-tailwind=tailwind django-timezone-field=timezone_field
django-tinymce=tinymce django-treebeard=treebeard django-two-factor-auth=two_factor
django-unfold=unfold django-user-agents=django_user_agents django-vite=django_vite
django-waffle=waffle django-webpack-loader=webpack_loader django-widget-tweaks=widget_tweaks
djangorestframework=rest_framework djangorestframework-simplejwt=rest_framework_simplejwt
djoser drf-nested-routers=rest_framework_nested drf-spectacular=drf_spectacular
drf-spectacular-sidecar=drf_spectacular_sidecar drf-yasg=drf_yasg easy-thumbnails=easy_thumbnails
environs graphene-django=graphene_django hashids huey rest-framework-gis=rest_framework_gis
djangorestframework-gis=rest_framework_gis sorl-thumbnail=sorl wagtail
"""
_BRINGS = {
    "django": "asgiref sqlparse tzdata",
    "celery": "kombu vine amqp click tzdata python-dateutil",
    "channels-redis": "redis channels",
    "daphne": "twisted autobahn",
    "dj-rest-auth": "djangorestframework",
    "django-admin-interface": "django-colorfield python-slugify",
    "django-allauth": "asgiref sqlparse",
    "django-celery-beat": "celery django-timezone-field",
    "django-celery-results": "celery",
    "django-ckeditor": "django-js-asset",
    "django-cacheops": "redis",
    "django-cloudinary-storage": "cloudinary requests",
    "django-mptt": "django-js-asset",
    "django-otp": "django",
    "django-redis": "redis",
    "django-rest-knox": "djangorestframework cryptography",
    "django-rq": "redis",
    "django-two-factor-auth": "django-otp django-phonenumber-field qrcode",
    "djangorestframework-gis": "djangorestframework",
    "djangorestframework-simplejwt": "djangorestframework pyjwt",
    "djoser": "djangorestframework djangorestframework-simplejwt pyjwt",
    "drf-nested-routers": "djangorestframework",
    "drf-spectacular": "djangorestframework pyyaml",
    "drf-yasg": "djangorestframework pytz packaging",
    "dramatiq": "prometheus-client",
    "flower": "celery tornado prometheus-client pytz",
    "environs": "python-dotenv",
    "uvicorn": "click h11",
    "wagtail": "django-filter django-taggit django-treebeard djangorestframework pillow requests",
}


def _table() -> dict[str, tuple[str, ...]]:
    found = {}
    for word in _MODULES.split():
        name, _, modules = word.partition("=")
        found[name.replace("_", "-")] = tuple(modules.split(",")) if modules else (name.replace("-", "_"),)
    return found


MODULES = _table()
"""The modules of each distribution, by its normalized name."""
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {}
"""The distributions that bring a module, by the module."""
for _name, _modules in MODULES.items():
    for _module in _modules:
        DISTRIBUTIONS[_module] = (*DISTRIBUTIONS.get(_module, ()), _name)


def with_needed(names: frozenset[str]) -> frozenset[str]:
    """Return distributions with those that they need, as far as the table knows."""
    found = set(names)
    pending = list(names)
    while pending:
        for one in _BRINGS.get(pending.pop(), "").split():
            if one not in found:
                found.add(one)
                pending.append(one)
    return frozenset(found)
