{{/* Names and labels. Most take (dict "root" $ "component" "frontier"). */}}

{{- define "frontier.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for what is added to it: "-frontier-servicebound" within the 63 characters of a Service. */}}
{{- define "frontier.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 41 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 41 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 41 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "frontier.component" -}}
{{- printf "%s-%s" (include "frontier.fullname" .root) .component -}}
{{- end -}}

{{- define "frontier.selector" -}}
app.kubernetes.io/name: {{ include "frontier.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "frontier.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "frontier.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end -}}

{{/* Labels of pods: nothing that changes with the chart alone, for pods would be replaced. */}}
{{- define "frontier.podLabels" -}}
{{ include "frontier.selector" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end -}}

{{/* Changes with a password that is among the values; empty without one. */}}
{{- define "frontier.redisChecksum" -}}
{{- with .Values.redis }}{{ if and .enabled .auth.enabled .auth.password (not .auth.existingSecret) }}{{ sha256sum .auth.password }}{{ end }}{{ end -}}
{{- end -}}

{{- define "frontier.serviceAccountName" -}}
{{- $account := (index .root.Values .component).serviceAccount -}}
{{- if $account.create -}}
{{- default (include "frontier.component" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{- define "frontier.image" -}}
{{- $image := (index .root.Values .component).image -}}
{{- $name := printf "%s:%s" $image.repository ($image.tag | default .root.Chart.AppVersion | toString) -}}
{{- with .root.Values.global.registry }}{{ . }}/{{ end }}{{ $name -}}
{{- end -}}

{{/* Host name of a Service: (dict "root" $ "service" NAME). */}}
{{- define "frontier.host" -}}
{{- printf "%s.%s.svc.%s" .service .root.Release.Namespace .root.Values.clusterDomain -}}
{{- end -}}
