{{/* What the pods of both components have in common. All take (dict "root" $ "component" COMPONENT). */}}

{{/* Hooks of the container. The native sleep needs no shell; API servers before 1.30 do not know it. */}}
{{- define "frontier.lifecycle" -}}
{{- $v := index .root.Values .component -}}
{{- $seconds := ternary 10 5 (eq .component "frontier") -}}
{{- if $v.lifecycle -}}
{{- toYaml $v.lifecycle -}}
{{- else if semverCompare ">=1.30.0-0" .root.Capabilities.KubeVersion.Version -}}
preStop:
  sleep:
    seconds: {{ $seconds }}
{{- else -}}
preStop:
  exec:
    command: [/bin/sh, -c, sleep {{ $seconds }}]
{{- end -}}
{{- end -}}

{{/* Seconds that preStop takes, as far as it says so. */}}
{{- define "frontier.preStopSeconds" -}}
{{- $hook := (include "frontier.lifecycle" . | fromYaml).preStop | default dict -}}
{{- if $hook.sleep -}}
{{- int $hook.sleep.seconds -}}
{{- else if $hook.exec -}}
{{- regexFind "[0-9]+" (regexFind "sleep +[0-9]+" (join " " $hook.exec.command)) | default 0 -}}
{{- else -}}
0
{{- end -}}
{{- end -}}

{{/* Kubernetes kills when the period is over: it has to hold preStop, the drain and what comes after it. */}}
{{- define "frontier.gracePeriod" -}}
{{- $v := index .root.Values .component -}}
{{- $needed := add (include "frontier.preStopSeconds" . | int) (int $v.drainSeconds) 5 -}}
{{- max $needed (int (default 0 $v.terminationGracePeriodSeconds)) -}}
{{- end -}}

{{/* A probe: also "probe" (liveness or readiness). */}}
{{- define "frontier.probe" -}}
{{- $v := index .root.Values .component -}}
{{- $own := index $v (printf "%sProbe" .probe) -}}
{{- $liveness := eq .probe "liveness" -}}
{{- if $own -}}
{{- toYaml $own -}}
{{- else -}}
{{- if (index .root.Values.observability .component).enabled -}}
httpGet:
  path: {{ ternary "/healthz" "/readyz" $liveness }}
  port: metrics
{{- else -}}
tcpSocket:
  port: {{ if eq .component "frontlas" }}controlplane{{ else }}{{ ternary "edgebound" "servicebound" $liveness }}{{ end }}
{{- end }}
initialDelaySeconds: {{ ternary 10 1 $liveness }}
periodSeconds: {{ ternary 20 5 $liveness }}
timeoutSeconds: 3
failureThreshold: 3
{{- end -}}
{{- end -}}

{{/* Where pods run. */}}
{{- define "frontier.placement" -}}
{{- $v := index .root.Values .component -}}
{{- with $v.priorityClassName -}}
priorityClassName: {{ . }}
{{ end -}}
{{- with $v.nodeSelector -}}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with $v.tolerations -}}
tolerations:
  {{- toYaml . | nindent 2 }}
{{ end -}}
{{- with $v.topologySpreadConstraints -}}
topologySpreadConstraints:
  {{- range . }}
  {{- if not .labelSelector }}
  - {{- toYaml (merge (dict "labelSelector" (dict "matchLabels" (include "frontier.selector" $ | fromYaml))) .) | nindent 4 }}
  {{- else }}
  - {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{ end -}}
affinity:
  {{- if $v.affinity }}
  {{- toYaml $v.affinity | nindent 2 }}
  {{- else }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "frontier.selector" . | nindent 14 }}
  {{- end }}
{{- end -}}

{{/* Secrets that are mounted, as JSON: {"secrets": [{name, secret, path, items?}]}. */}}
{{- define "frontier.secrets" -}}
{{- $v := index .root.Values .component -}}
{{- $all := list -}}
{{- $tls := include "frontier.tlsFolder" . -}}
{{- $listeners := ternary (list "servicebound" "edgebound" "controlplane") (list "controlplane" "frontierplane") (eq .component "frontier") -}}
{{- range $name := $listeners -}}
{{- $one := index $v.tls $name -}}
{{- if and $one.enabled (or (ne $name "controlplane") (eq $.component "frontlas") $v.controlplane.enabled) -}}
{{- $secret := required (printf "Cannot speak TLS on %s.%s: set %s.tls.%s.secretName to a Secret with tls.crt and tls.key" $.component $name $.component $name) $one.secretName -}}
{{- $all = append $all (dict "name" (printf "tls-%s" $name) "secret" $secret "path" (printf "%s%s" $tls $name)) -}}
{{- if and $one.mtls $one.caSecretName -}}
{{- $all = append $all (dict "name" (printf "tls-%s-ca" $name) "secret" $one.caSecretName "path" (printf "%s%s-ca" $tls $name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $link := dict -}}
{{- if eq .component "frontier" -}}
{{- if include "frontier.linkTls" .root }}{{ $link = dict "name" "frontlas" "tls" $v.frontlas.tls }}{{ end -}}
{{- else if and (eq (include "frontier.redisKind" .root) "external") $v.externalRedis.tls.enabled -}}
{{- $link = dict "name" "redis" "tls" $v.externalRedis.tls -}}
{{- end -}}
{{- with $link.tls -}}
{{- if .secretName -}}
{{- $all = append $all (dict "name" (printf "tls-%s" $link.name) "secret" .secretName "path" (printf "%s%s" $tls $link.name)) -}}
{{- end -}}
{{- if .caSecretName -}}
{{- $all = append $all (dict "name" (printf "tls-%s-ca" $link.name) "secret" .caSecretName "path" (printf "%s%s-ca" $tls $link.name)) -}}
{{- end -}}
{{- end -}}
{{- if or (eq .component "frontlas") $v.controlplane.enabled -}}
{{- range $role := list "read" "admin" -}}
{{- $token := index $v.controlplane (printf "%sTokenSecret" $role) | default dict -}}
{{- if $token.name -}}
{{- $all = append $all (dict "name" (printf "token-%s" $role) "secret" $token.name "path" (printf "%s%s" (include "frontier.tokenFolder" $) $role) "key" $token.key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "secrets" $all | toJson -}}
{{- end -}}

{{- define "frontier.volumes" -}}
{{- $v := index .root.Values .component -}}
- name: config
  configMap:
    name: {{ include "frontier.component" . }}
- name: tmp
  emptyDir: {}
{{- range (include "frontier.secrets" . | fromJson).secrets }}
- name: {{ .name }}
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    {{- if .key }}
    items:
      - key: {{ .key }}
        path: token
    {{- end }}
{{- end }}
{{- with $v.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "frontier.volumeMounts" -}}
{{- $v := index .root.Values .component -}}
- name: config
  mountPath: /usr/conf/
  readOnly: true
# Where the runtime may put what it needs.
- name: tmp
  mountPath: /tmp
{{- range (include "frontier.secrets" . | fromJson).secrets }}
- name: {{ .name }}
  mountPath: {{ .path }}
  readOnly: true
{{- end }}
{{- with $v.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Fails where two ports of a pod are the same: the program could open only one of them. */}}
{{- define "frontier.checkPorts" -}}
{{- $v := index .root.Values .component -}}
{{- $taken := dict -}}
{{- range $name, $service := $v.service -}}
{{- if or (ne $name "controlplane") (eq $.component "frontlas") $v.controlplane.enabled -}}
{{- include "frontier.takePort" (dict "taken" $taken "port" $service.port "path" (printf "%s.service.%s.port" $.component $name)) -}}
{{- end -}}
{{- end -}}
{{- with index .root.Values.observability .component -}}
{{- if .enabled -}}
{{- include "frontier.takePort" (dict "taken" $taken "port" .port "path" (printf "observability.%s.port" $.component)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- define "frontier.takePort" -}}
{{- $key := int .port | toString -}}
{{- with get .taken $key -}}
{{- fail (printf "Cannot use port %s for %s: %s has it, choose another" $key $.path .) -}}
{{- end -}}
{{- $_ := set .taken $key .path -}}
{{- end -}}

{{/* A Deployment around a container's env and ports: also "env" and "ports", as text. */}}
{{- define "frontier.deployment" -}}
{{- include "frontier.checkPorts" . -}}
{{- $v := index .root.Values .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "frontier.component" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "frontier.labels" . | nindent 4 }}
spec:
  {{- if not (and (eq .component "frontier") $v.autoscaling.enabled) }}
  replicas: {{ int $v.replicaCount }}
  {{- end }}
  strategy:
    {{- if $v.strategy }}
    {{- toYaml $v.strategy | nindent 4 }}
    {{- else }}
    {{- $taken := and (eq .component "frontier") $v.service.edgebound.hostPort }}
    rollingUpdate:
      maxSurge: {{ ternary 0 1 (not (empty $taken)) }}
      maxUnavailable: {{ ternary 1 0 (not (empty $taken)) }}
    {{- end }}
  selector:
    matchLabels:
      {{- include "frontier.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "frontier.podLabels" . | nindent 8 }}
        {{- with $v.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ include "frontier.configFile" . | sha256sum }}
        {{- if eq .component "frontlas" }}
        {{- with include "frontier.redisChecksum" .root }}
        checksum/redis: {{ . }}
        {{- end }}
        {{- end }}
        {{- with $v.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "frontier.serviceAccountName" . }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ include "frontier.gracePeriod" . }}
      {{- with .root.Values.global.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $v.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- include "frontier.placement" . | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ include "frontier.image" . | quote }}
          imagePullPolicy: {{ $v.image.pullPolicy | default .root.Values.global.imagePullPolicy }}
          args: [--config, /usr/conf/{{ .component }}.yaml]
          {{- with $v.containerSecurityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- .env | nindent 12 }}
            {{- with $v.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- .ports | nindent 12 }}
            {{- with index .root.Values.observability .component }}
            {{- if .enabled }}
            - name: metrics
              containerPort: {{ int .port }}
            {{- end }}
            {{- end }}
          livenessProbe:
            {{- include "frontier.probe" (merge (dict "probe" "liveness") .) | nindent 12 }}
          readinessProbe:
            {{- include "frontier.probe" (merge (dict "probe" "readiness") .) | nindent 12 }}
          lifecycle:
            {{- include "frontier.lifecycle" . | nindent 12 }}
          {{- with $v.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          volumeMounts:
            {{- include "frontier.volumeMounts" . | nindent 12 }}
      volumes:
        {{- include "frontier.volumes" . | nindent 8 }}
{{- end -}}
