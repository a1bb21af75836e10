// Compiled into an integration's main package, where it lies for the compiler only: its TLS connections to the vendor
// become plain ones to the server of the test. Every other host is refused.

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
)

func init() {
	http.DefaultTransport.(*http.Transport).DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(addr); host != os.Getenv("PROOF_HOST") {
			return nil, fmt.Errorf("no host of this test: %s", addr)
		}
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, "127.0.0.1:"+os.Getenv("PROOF_PORT"))
	}
}
