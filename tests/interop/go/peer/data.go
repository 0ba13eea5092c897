package peer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// inlineLimit is the longest data reported in full; longer data is reported by length and SHA-256 only.
const inlineLimit = 1024

// dataSpec names the bytes to send: text, base64, or a generated pattern of a given size.
type dataSpec struct {
	Text string `json:"text"`
	B64  string `json:"b64"`
	Size int    `json:"size"`
	Seed uint32 `json:"seed"`
}

func (d *dataSpec) bytes() ([]byte, error) {
	switch {
	case d == nil:
		return nil, nil
	case d.Size > 0:
		return pattern(d.Size, d.Seed), nil
	case d.B64 != "":
		return base64.StdEncoding.DecodeString(d.B64)
	}
	return []byte(d.Text), nil
}

// pattern returns size bytes of a xorshift sequence; the test side generates the same.
func pattern(size int, seed uint32) []byte {
	out := make([]byte, size)
	x := seed*2654435761 + 1
	if x == 0 {
		x = 1
	}
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}

// report describes data in an answer or event.
func report(line fields, data []byte) {
	sum := sha256.Sum256(data)
	line["length"] = len(data)
	line["sha256"] = hex.EncodeToString(sum[:])
	if len(data) <= inlineLimit {
		line["data"] = base64.StdEncoding.EncodeToString(data)
	}
}
