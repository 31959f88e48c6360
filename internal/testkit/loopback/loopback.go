// Package loopback makes HTTP clients that cannot leave this machine, for tests.
package loopback

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Client returns an HTTP client that refuses every address but loopback ones. "localhost" is dialled as 127.0.0.1
// without asking any resolver.
func Client() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{
		MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
				if host != "localhost" {
					return nil, fmt.Errorf("test tried to reach %s: only loopback is allowed", address)
				}
				host = "127.0.0.1"
			}
			return dialer.DialContext(ctx, network, net.JoinHostPort(host, port))
		},
	}
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}
