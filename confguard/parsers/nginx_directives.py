"""Directives that crossplane 0.5.8 does not know: newer ones of nginx, and those of other modules."""

from __future__ import annotations

import re

FOREIGN = re.compile(
    r"""more_(?:set|clear)_ | brotli | zstd | js_ | .*_by_lua | lua_ | vhost_traffic_status | geoip2?
      | modsecurity | passenger_ | rtmp | pagespeed | echo | vod_ | upload_ | nchan_ | push_stream
      | set_(?:escape|unescape|quote|base|encode|decode|md5|sha|hmac|random|local|formatted|if_empty|hashed)
      | set_(?:secure|cookie) | auth_ldap | auth_pam | dav_ | fancyindex | srcache | redis | subs_filter
      | proxy_cache_purge | cache_purge | testcookie | check(?:_|$) | otel_ | opentracing | opentelemetry
      | perl_ | array_ | encrypted_session | acme_ | naxsi | \w*Rule$ | proxy_connect | xss_ | form_
      | limit_upstream | security_ | dynamic_ | drizzle | postgres_ | memc_ | image_filter | cookie_flag
      | headers_more
      | sticky | jwt | auth_jwt | app_protect | pcre | njs | wasm | sysguard | trim | concat""",
    re.VERBOSE,
)
"""Names of directives that widespread modules outside of nginx's own source bring along."""

PLACES = {
    "main": "NGX_MAIN_CONF",
    "events": "NGX_EVENT_CONF",
    "http": "NGX_HTTP_MAIN_CONF",
    "server": "NGX_HTTP_SRV_CONF",
    "location": "NGX_HTTP_LOC_CONF",
    "if": "NGX_HTTP_LIF_CONF",
    "server-if": "NGX_HTTP_SIF_CONF",
    "limit-except": "NGX_HTTP_LMT_CONF",
    "upstream": "NGX_HTTP_UPS_CONF",
    "stream-upstream": "NGX_STREAM_UPS_CONF",
    "stream": "NGX_STREAM_MAIN_CONF",
    "stream-server": "NGX_STREAM_SRV_CONF",
}
# What nginx 1.30 has and crossplane 0.5.8 does not know: found by asking nginx -t for each of its own words.
# Where js_set may stand says ngx_http_js_module's documentation (njs 0.9).
NEWER = """
add_header_inherit              http,server,location,if         TAKE1
add_trailer_inherit             http,server,location,if         TAKE1
auth_delay                      http,server,location            TAKE1
early_hints                     http,server,location            1MORE
grpc_ssl_certificate_cache      http,server,location            TAKE123
grpc_ssl_conf_command           http,server,location            TAKE2
http2                           http,server                     FLAG
http2_pool_size                 http,server                     TAKE1
http2_streams_index_size        http,server                     TAKE1
http3                           http,server                     FLAG
http3_hq                        http,server                     FLAG
http3_max_concurrent_streams    http,server                     TAKE1
http3_stream_buffer_size        http,server                     TAKE1
include                         server-if,if,limit-except        TAKE1
keepalive                       upstream,stream-upstream        TAKE12
keepalive_min_timeout           http,server,location            TAKE1
keepalive_time                  http,server,location,upstream   TAKE1
max_headers                     http,server                     TAKE1
mp4_start_key_frame             http,server,location            FLAG
open_file_cache_events          http,server,location            FLAG
post_action                     http,server,location,if         TAKE1
pass                            stream-server                   TAKE1
postpone_gzipping               http,server,location            TAKE1
js_set                          http,server,location            TAKE23
js_set                          stream,stream-server            TAKE23
proxy_cookie_flags              http,server,location            TAKE1234
proxy_half_close                stream,stream-server            FLAG
proxy_pass_trailers             http,server,location            FLAG
proxy_ssl_certificate_cache     http,server,location,stream,stream-server  TAKE123
proxy_ssl_conf_command          http,server,location,stream,stream-server  TAKE2
quic_active_connection_id_limit http,server                     TAKE1
quic_bpf                        main                            FLAG
quic_gso                        http,server                     FLAG
quic_host_key                   http,server                     TAKE1
quic_retry                      http,server                     FLAG
resolver                        stream-upstream                 1MORE
resolver_timeout                upstream,stream-upstream        TAKE1
server_name                     stream-server                   1MORE
server_names_hash_bucket_size   stream                          TAKE1
server_names_hash_max_size      stream                          TAKE1
set                             stream-server                   TAKE2
ssl_alpn                        stream,stream-server            1MORE
ssl_certificate_cache           http,server,stream,stream-server  TAKE123
ssl_certificate_compression     http,server,stream,stream-server  FLAG
ssl_conf_command                http,server,stream,stream-server  TAKE2
ssl_ech_file                    http,server,stream,stream-server  TAKE1
ssl_key_log                     http,server                     TAKE1
ssl_object_cache_inheritable    main                            FLAG
ssl_ocsp                        http,server,stream,stream-server  TAKE1
ssl_ocsp_cache                  http,server,stream,stream-server  TAKE1
ssl_ocsp_responder              http,server,stream,stream-server  TAKE1
ssl_reject_handshake            http,server,stream,stream-server  FLAG
ssl_stapling                    stream,stream-server            FLAG
ssl_stapling_file               stream,stream-server            TAKE1
ssl_stapling_responder          stream,stream-server            TAKE1
ssl_stapling_verify             stream,stream-server            FLAG
userid_flags                    http,server,location            TAKE123
uwsgi_ssl_certificate_cache     http,server,location            TAKE123
uwsgi_ssl_conf_command          http,server,location            TAKE2
uwsgi_string                    http,server,location            TAKE1
"""
