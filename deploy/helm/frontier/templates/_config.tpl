{{/* Configuration files of both programs. */}}

{{/* Where Secrets are mounted. */}}
{{- define "frontier.tlsFolder" -}}/etc/frontier/tls/{{- end -}}
{{- define "frontier.tokenFolder" -}}/etc/frontier/tokens/{{- end -}}

{{/* TLS of a listener: (dict "name" NAME "tls" VALUES). */}}
{{- define "frontier.listenTls" -}}
{{- $folder := printf "%s%s" (include "frontier.tlsFolder" .) .name -}}
{{- if .tls.enabled }}
tls:
  enable: true
  certs:
    - cert: {{ $folder }}/tls.crt
      key: {{ $folder }}/tls.key
  {{- if .tls.mtls }}
  mtls: true
  ca_certs:
    - {{ if .tls.caSecretName }}{{ $folder }}-ca{{ else }}{{ $folder }}{{ end }}/ca.crt
  {{- end }}
{{- end }}
{{- end -}}

{{/* Tokens of a control plane: its values. */}}
{{- define "frontier.tokens" -}}
{{- $folder := include "frontier.tokenFolder" . -}}
{{- $admin := .adminTokenSecret | default dict -}}
{{- if or .readTokenSecret.name $admin.name }}
tokens:
  {{- if .readTokenSecret.name }}
  - role: read
    token: {file: {{ $folder }}read/token}
  {{- end }}
  {{- if $admin.name }}
  - role: admin
    token: {file: {{ $folder }}admin/token}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Addresses of the directory that gateways link to, as JSON: {"addrs": [...]}. */}}
{{- define "frontier.frontlasAddrs" -}}
{{- $addrs := .Values.frontier.frontlas.addrs -}}
{{- if and (not $addrs) .Values.frontlas.enabled -}}
{{- $service := include "frontier.component" (dict "root" . "component" "frontlas") -}}
{{- $addrs = list (printf "%s:%d" (include "frontier.host" (dict "root" . "service" $service)) (int .Values.frontlas.service.frontierplane.port)) -}}
{{- end -}}
{{- dict "addrs" $addrs | toJson -}}
{{- end -}}

{{/* Whether the link to the directory speaks TLS; empty when not. */}}
{{- define "frontier.linkTls" -}}
{{- if or .Values.frontier.frontlas.tls.enabled (and (not .Values.frontier.frontlas.addrs) .Values.frontlas.enabled .Values.frontlas.tls.frontierplane.enabled) -}}
true
{{- end -}}
{{- end -}}

{{- define "frontier.gatewayConfig" -}}
{{- $v := .Values.frontier -}}
log:
  level: {{ $v.log.level }}
  format: {{ $v.log.format }}
servicebound:
  listen:
    network: tcp
    addr: 0.0.0.0:{{ int $v.service.servicebound.port }}
    {{- include "frontier.listenTls" (dict "name" "servicebound" "tls" $v.tls.servicebound) | nindent 4 }}
edgebound:
  listen:
    network: tcp
    addr: 0.0.0.0:{{ int $v.service.edgebound.port }}
    {{- include "frontier.listenTls" (dict "name" "edgebound" "tls" $v.tls.edgebound) | nindent 4 }}
  edgeid_alloc_when_no_idservice_on: {{ $v.edgeIdAllocation }}
{{- if $v.controlplane.enabled }}
controlplane:
  enable: true
  listen:
    network: tcp
    addr: 0.0.0.0:{{ int $v.service.controlplane.port }}
    {{- include "frontier.listenTls" (dict "name" "controlplane" "tls" $v.tls.controlplane) | nindent 4 }}
  {{- include "frontier.tokens" $v.controlplane | nindent 2 }}
{{- end }}
exchange:
  {{- toYaml $v.exchange | nindent 2 }}
frontlas:
  {{- $addrs := (include "frontier.frontlasAddrs" . | fromJson).addrs }}
  enable: {{ not (empty $addrs) }}
  {{- if $addrs }}
  dial:
    network: tcp
    addrs:
      {{- toYaml $addrs | nindent 6 }}
    {{- if include "frontier.linkTls" . }}
    tls:
      enable: true
      insecure_skip_verify: {{ $v.frontlas.tls.insecureSkipVerify }}
      {{- if $v.frontlas.tls.secretName }}
      {{- $folder := printf "%sfrontlas" (include "frontier.tlsFolder" .) }}
      certs:
        - cert: {{ $folder }}/tls.crt
          key: {{ $folder }}/tls.key
      {{- if $v.frontlas.tls.caSecretName }}
      mtls: true
      ca_certs: [{{ $folder }}-ca/ca.crt]
      {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}
observability:
  enable: {{ .Values.observability.frontier.enabled }}
  addr: 0.0.0.0:{{ int .Values.observability.frontier.port }}
{{- with $v.mqm }}
mqm:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $v.limits }}
limits:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Kind of Redis that Frontlas uses: bundled, external or nothing. */}}
{{- define "frontier.redisKind" -}}
{{- if .Values.redis.enabled }}bundled{{ else if .Values.frontlas.externalRedis.addrs }}external{{ end -}}
{{- end -}}

{{- define "frontier.frontlasConfig" -}}
{{- $v := .Values.frontlas -}}
log:
  level: {{ $v.log.level }}
  format: {{ $v.log.format }}
daemon:
  drain_seconds: {{ int $v.drainSeconds }}
control_plane:
  listen:
    network: tcp
    addr: 0.0.0.0:{{ int $v.service.controlplane.port }}
    {{- include "frontier.listenTls" (dict "name" "controlplane" "tls" $v.tls.controlplane) | nindent 4 }}
  {{- include "frontier.tokens" $v.controlplane | nindent 2 }}
frontier_plane:
  listen:
    network: tcp
    addr: 0.0.0.0:{{ int $v.service.frontierplane.port }}
    {{- include "frontier.listenTls" (dict "name" "frontierplane" "tls" $v.tls.frontierplane) | nindent 4 }}
  expiration:
    edge_meta: {{ int $v.expiration.edgeMeta }}
    service_meta: {{ int $v.expiration.serviceMeta }}
observability:
  enable: {{ .Values.observability.frontlas.enabled }}
  addr: 0.0.0.0:{{ int .Values.observability.frontlas.port }}
{{- $kind := include "frontier.redisKind" . }}
{{- if $kind }}
# Addresses, user and password are in the environment.
redis:
  presence: {{ $v.presence }}
  {{- if eq $kind "external" }}
  mode: {{ $v.externalRedis.redisType }}
  {{- with $v.externalRedis.tls }}
  {{- if .enabled }}
  {{- $folder := printf "%sredis" (include "frontier.tlsFolder" $) }}
  tls:
    enable: true
    insecure_skip_verify: {{ .insecureSkipVerify }}
    {{- if .caSecretName }}
    ca_certs: [{{ $folder }}-ca/ca.crt]
    {{- end }}
    {{- if .secretName }}
    certs:
      - cert: {{ $folder }}/tls.crt
        key: {{ $folder }}/tls.key
    {{- end }}
  {{- end }}
  {{- end }}
  {{- if eq $v.externalRedis.redisType "sentinel" }}
  sentinel:
    db: {{ int $v.externalRedis.db }}
    username: {{ $v.externalRedis.sentinel.user | quote }}
    {{- if $v.externalRedis.sentinel.passwordSecret.name }}
    password: {env: FRONTLAS_SENTINEL_PASSWORD}
    {{- end }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* A configuration file with `extraConfig` over it: (dict "root" $ "component" COMPONENT). */}}
{{- define "frontier.configFile" -}}
{{- $text := "" -}}
{{- if eq .component "frontier" }}{{ $text = include "frontier.gatewayConfig" .root }}{{ else }}{{ $text = include "frontier.frontlasConfig" .root }}{{ end -}}
{{- $config := fromYaml $text -}}
{{- with $config.Error }}{{ fail (printf "Cannot write %s.yaml: %s" $.component .) }}{{ end -}}
{{- mergeOverwrite $config (deepCopy (index .root.Values .component).extraConfig) | toYaml -}}
{{- end -}}
