{{/* Names of the bundled Redis: those that Bitnami's chart gave it. The pod of a StatefulSet has a label of its name and eleven
characters more, which must not be longer than 63: the name must not be longer than 52. */}}
{{- define "frontier.redisName" -}}
{{- printf "%s-redis-master" (.Release.Name | trunc 39 | trimSuffix "-") -}}
{{- end -}}

{{- define "frontier.redisSecret" -}}
{{- .Values.redis.auth.existingSecret | default (printf "%s-redis" (.Release.Name | trunc 50 | trimSuffix "-")) -}}
{{- end -}}
