package peer

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

// tlsFiles says how to speak TLS; without an authority the connection is plain TCP.
type tlsFiles struct {
	ca, cert, key, name string
}

// dial opens a connection and, with TLS, shakes hands.
func (f tlsFiles) dial(address string) (net.Conn, error) {
	if f.ca == "" {
		return net.Dial("tcp", address)
	}
	pem, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: f.name}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", f.ca)
	}
	if f.cert != "" {
		own, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, err
		}
		// Shown whatever authorities the server names: it is the server that must refuse.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &own, nil
		}
	}
	return tls.Dial("tcp", address, config)
}
