{{- define "distil.name" -}}
{{ printf "%s-distil" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end -}}

{{- define "distil.selector" -}}
app.kubernetes.io/name: distil
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "distil.labels" -}}
{{ include "distil.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{/* The name under which a pod is reached: of the pod, of the headless service, of the namespace. */}}
{{- define "distil.domain" -}}
{{ include "distil.name" . }}-nodes.{{ .Release.Namespace }}.svc
{{- end -}}
