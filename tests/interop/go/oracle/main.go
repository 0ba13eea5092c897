// Command oracle passes frames through the packet codec of the geminio library. It reads one frame per line in hex and
// answers each with one line:
//
//	ok <hex>           decoded; the hex is the same packet encoded again
//	only <text>        decoded, but the codec cannot encode what it has decoded
//	more <n> <hex>     decoded, with n bytes of the line left unread
//	err <text>         refused
//	panic <text>       the codec panicked, which ends a real peer's process
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jumboframes/armorigo/log"
	"github.com/singchia/geminio/packet"
)

const (
	headerLength    = 14
	connFixedLength = 10
)

func main() {
	log.SetOutput(io.Discard) // the codec logs to standard output
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "flush" {
			out.Flush()
			continue
		}
		fmt.Fprintln(out, judge(text))
	}
	out.Flush()
}

func judge(text string) (verdict string) {
	defer func() {
		if r := recover(); r != nil {
			verdict = oneLine(fmt.Sprintf("panic %v", r))
		}
	}()
	frame, err := hex.DecodeString(text)
	if err != nil {
		return "err not hex"
	}
	if len(frame) >= headerLength && frame[1] == byte(packet.TypeConnPacket) &&
		binary.BigEndian.Uint32(frame[10:]) < connFixedLength {
		// The codec would reserve 4 GiB here, which is not recoverable where memory is limited.
		return "panic length underflow"
	}
	reader := bytes.NewReader(frame)
	pkt, err := packet.DecodeFromReader(reader)
	if err != nil {
		return oneLine("err " + err.Error())
	}
	again, err := pkt.Encode()
	if err != nil {
		return oneLine("only " + err.Error())
	}
	if reader.Len() > 0 {
		return fmt.Sprintf("more %d %x", reader.Len(), again)
	}
	return fmt.Sprintf("ok %x", again)
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
