{{/* Names of the bundled Redis: those that Bitnami's chart gave it. */}}
{{- define "frontier.redisName" -}}
{{- printf "%s-redis-master" (.Release.Name | trunc 50 | trimSuffix "-") -}}
{{- end -}}

{{- define "frontier.redisSecret" -}}
{{- .Values.redis.auth.existingSecret | default (printf "%s-redis" (.Release.Name | trunc 50 | trimSuffix "-")) -}}
{{- end -}}
