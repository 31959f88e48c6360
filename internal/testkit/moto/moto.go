// Package moto runs a moto server, which answers the AWS wire protocols on loopback, for the length of a test.
package moto

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"riposte/internal/testkit/loopback"
)

// Account is the account that moto puts unknown credentials into.
const Account = "123456789012"

// program runs the server until its standard input ends, so that it dies with the test that started it.
const program = `
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
`

// A Server is a running moto server.
type Server struct {
	URL string
}

// Start runs a server until the test ends. It needs the Python environment that "make venv" installs.
func Start(tb testing.TB) *Server {
	tb.Helper()
	python := filepath.Join(moduleRoot(tb), ".venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		tb.Fatalf("no Python environment at %s: run \"make venv\" first", python)
	}
	port := freePort(tb)
	cmd := exec.CommandContext(tb.Context(), python, "-c", program, port)
	cmd.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "PYTHONDONTWRITEBYTECODE=1")
	var log syncBuffer
	cmd.Stdout, cmd.Stderr = &log, &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start moto: %v", err)
	}
	tb.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
		if tb.Failed() && strings.Contains(log.String(), "Traceback") {
			tb.Logf("moto said:\n%s", log.String())
		}
	})
	s := &Server{URL: "http://127.0.0.1:" + port}
	client := loopback.Client()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if resp, err := client.Get(s.URL + "/moto-api/"); err == nil {
			_ = resp.Body.Close()
			return s
		}
		if time.Now().After(deadline) {
			tb.Fatalf("moto did not answer within a minute; it said:\n%s", log.String())
		}
	}
}

// Config returns a configuration for SDK clients that reach this server and nothing else, as an administrator of
// Account in us-east-1. It tries twice, because what moto lacks answers with a server error.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAI44QH8DHBEXAMPLE", "test", ""),
		BaseEndpoint: aws.String(s.URL),
		HTTPClient:   loopback.Client(),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = 2, 100*time.Millisecond
			})
		},
	}
}

// Environ returns environment variables by which another process reaches this server.
func (s *Server) Environ() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
	}
}

// Reset empties every account of the server.
func (s *Server) Reset(tb testing.TB) {
	tb.Helper()
	resp, err := loopback.Client().Post(s.URL+"/moto-api/reset", "text/plain", http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		tb.Fatalf("moto reset: %s", resp.Status)
	}
}

// CreateBucket makes a bucket, which a trail needs. No function of Riposte links S3, so this is done without its client.
func (s *Server) CreateBucket(tb testing.TB, name string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPut, s.URL+"/"+name, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := loopback.Client().Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		tb.Fatalf("create bucket %s: %s", name, resp.Status)
	}
}

func freePort(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

func moduleRoot(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}

// syncBuffer collects what two streams write.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
