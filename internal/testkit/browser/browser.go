//go:build unix

// Package browser drives the headless Chromium that "make browser" unpacks, over a pipe, so that tests look at pages as a
// person's browser shows them. It speaks the few commands of the DevTools protocol that tests need:
// https://chromedevtools.github.io/devtools-protocol/.
package browser

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// patience is how long any one thing may take in the browser.
const patience = 30 * time.Second

// A Browser is a running Chromium with an empty profile.
type Browser struct {
	t    *testing.T
	pipe *pipe
}

// Start starts the browser for as long as the test runs. Where it cannot be installed, which is everywhere but on Linux on
// x86-64, the test is skipped; in CI it fails.
func Start(t *testing.T) *Browser {
	t.Helper()
	home := filepath.Join(root(t), ".cache", "chromium")
	if _, err := os.Stat(filepath.Join(home, "chromium")); err != nil {
		why := fmt.Sprintf("no browser on %s/%s: run \"make browser\": %v", runtime.GOOS, runtime.GOARCH, err)
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	toBrowser, commands, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background()) //nolint:usetesting // it has to outlive t.Context, which ends before the clean-up
	cmd := exec.CommandContext(ctx, filepath.Join(home, "chromium"),
		"--headless=shell", "--remote-debugging-pipe", "--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-webgl",
		"--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-extensions", "--disable-dev-shm-usage", "--font-render-hinting=none", "--force-color-profile=srgb",
		// Whatever a page asks for, no name is looked up and nothing leaves this machine.
		"--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:1", "--user-data-dir="+t.TempDir())
	cmd.Env = []string{
		"HOME=" + t.TempDir(), "TZ=Pacific/Auckland", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"),
		"LD_LIBRARY_PATH=" + filepath.Join(home, "lib"), "FONTCONFIG_FILE=" + filepath.Join(home, "fonts.conf"),
	}
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // as the descriptors 3 and 4
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with its renderers
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = toBrowser.Close(), fromBrowser.Close()
	b := &Browser{t: t, pipe: newPipe(commands, answers)}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		_, _ = commands.Close(), answers.Close()
		if t.Failed() {
			t.Logf("the browser said:\n%s", tail(log.Bytes()))
		}
	})
	return b
}

func tail(log []byte) []byte {
	const most = 4000
	return log[max(0, len(log)-most):]
}

// root returns the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
}
