// Package runtimeapi plays the AWS Lambda Runtime API, so that a function's real bootstrap runs as its own process on
// this machine. See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
package runtimeapi

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A Function is a running bootstrap.
type Function struct {
	Timeout time.Duration // that an invocation is told to have; 0 for a minute

	cmd     *exec.Cmd
	log     *output
	next    chan invocation // what the bootstrap takes next
	results chan Result
	server  *httptest.Server
	count   int
	exited  chan struct{}
}

type invocation struct {
	id    string
	event []byte
}

// A Result is a function's answer to one event.
type Result struct {
	Payload []byte // what the handler returned, or the error object
	Failed  bool   // the handler returned an error
}

// Start runs a bootstrap with the given environment until the context ends or Kill is called.
func Start(ctx context.Context, bootstrap string, env []string) (*Function, error) {
	f := &Function{
		log: &output{}, next: make(chan invocation), results: make(chan Result, 1), exited: make(chan struct{}),
	}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	f.cmd = exec.CommandContext(ctx, bootstrap)
	f.cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(f.server.URL, "http://"),
		"AWS_LAMBDA_FUNCTION_NAME=riposte", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "PATH=" + os.Getenv("PATH"),
	}, env...)
	f.cmd.Stdout, f.cmd.Stderr = f.log, f.log
	if err := f.cmd.Start(); err != nil {
		f.server.Close()
		return nil, fmt.Errorf("start %s: %w", bootstrap, err)
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.exited)
	}()
	return f, nil
}

// Kill ends the process at once, as a crash would.
func (f *Function) Kill() {
	_ = f.cmd.Process.Kill()
	<-f.exited
	f.server.CloseClientConnections()
	f.server.Close()
}

// Log returns what the function has written so far.
func (f *Function) Log() string { return f.log.String() }

// Invoke hands an event to the function and returns its answer. A process that ends or stays silent is a failed result.
func (f *Function) Invoke(event []byte) Result {
	f.count++
	timeout := time.After(60 * time.Second)
	select {
	case f.next <- invocation{id: fmt.Sprintf("00000000-0000-4000-8000-%012d", f.count), event: event}:
	case <-f.exited:
		return f.broken("the process has ended")
	case <-timeout:
		return f.broken("the function did not ask for an event")
	}
	select {
	case r := <-f.results:
		return r
	case <-f.exited:
		return f.broken("the process has ended")
	case <-timeout:
		return f.broken("the function did not answer")
	}
}

func (f *Function) broken(what string) Result {
	return Result{Failed: true, Payload: []byte(what + "; it said:\n" + f.Log())}
}

func (f *Function) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch path := strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime/"); {
	case path == "invocation/next":
		f.serveNext(r.Context(), w)
	case strings.HasSuffix(path, "/response"):
		f.results <- Result{Payload: body}
		w.WriteHeader(http.StatusAccepted)
	case strings.HasSuffix(path, "/error"):
		f.results <- Result{Payload: body, Failed: true}
		w.WriteHeader(http.StatusAccepted)
	default:
		http.NotFound(w, r)
	}
}

func (f *Function) serveNext(ctx context.Context, w http.ResponseWriter) {
	select {
	case in := <-f.next:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", in.id)
		h.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(cmp.Or(f.Timeout, time.Minute)).UnixMilli()))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:riposte")
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
		_, _ = w.Write(in.event)
	case <-ctx.Done():
	case <-f.exited:
	}
}

// output collects what a process writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
