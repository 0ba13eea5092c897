module frontier.bench/tls

go 1.21
