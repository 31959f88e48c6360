//go:build unix

package browser

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Page is a tab of a Browser that notes what its page asks for and complains about.
type Page struct {
	t       *testing.T
	pipe    *pipe
	session string

	mu       sync.Mutex
	requests []string
	problems []string
	loaded   chan struct{}
}

// Page opens an empty tab.
func (b *Browser) Page(t *testing.T) *Page {
	t.Helper()
	p := &Page{t: t, pipe: b.pipe, loaded: make(chan struct{}, 1)}
	var target struct {
		ID string `json:"targetId"`
	}
	var attached struct {
		Session string `json:"sessionId"`
	}
	p.must(b.pipe.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target))
	p.must(b.pipe.call("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached))
	p.session = attached.Session
	b.pipe.mu.Lock()
	b.pipe.hear[p.session] = p.hear
	b.pipe.mu.Unlock()
	for _, domain := range []string{"Page", "Runtime", "Log", "Network", "Audits"} {
		p.do(domain+".enable", nil)
	}
	p.do("Network.emulateNetworkConditions", map[string]any{
		"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0,
	})
	t.Cleanup(func() { _ = b.pipe.call("", "Target.closeTarget", map[string]any{"targetId": target.ID}, nil) })
	return p
}

// hear notes what the page asks for and what goes wrong.
func (p *Page) hear(method string, params json.RawMessage) {
	var event struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
		Entry struct {
			Level string `json:"level"`
			Text  string `json:"text"`
		} `json:"entry"`
		Issue struct {
			Code    string          `json:"code"`
			Details json.RawMessage `json:"details"`
		} `json:"issue"`
		Exception struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
		Type string          `json:"type"`
		Args json.RawMessage `json:"args"`
	}
	if json.Unmarshal(params, &event) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch method {
	case "Page.loadEventFired":
		select {
		case p.loaded <- struct{}{}:
		default:
		}
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, event.Request.URL)
	case "Log.entryAdded":
		p.problems = append(p.problems, "log: "+event.Entry.Level+": "+event.Entry.Text)
	case "Audits.issueAdded":
		p.problems = append(p.problems, "issue: "+event.Issue.Code+" "+string(event.Issue.Details))
	case "Runtime.exceptionThrown":
		p.problems = append(p.problems, "exception: "+event.Exception.Text+" "+event.Exception.Exception.Description)
	case "Runtime.consoleAPICalled":
		p.problems = append(p.problems, "console."+event.Type+": "+string(event.Args))
	case "Page.javascriptDialogOpening":
		p.problems = append(p.problems, "a dialog: "+string(params))
		go func() { _ = p.pipe.call(p.session, "Page.handleJavaScriptDialog", map[string]any{"accept": true}, nil) }()
	}
}

// Open opens a file of this machine and waits until it has loaded.
func (p *Page) Open(path string) {
	p.t.Helper()
	path, err := filepath.Abs(path)
	p.must(err)
	p.do("Page.navigate", map[string]any{"url": (&url.URL{Scheme: "file", Path: path}).String()})
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-p.loaded:
	case <-late.C:
		p.t.Fatalf("%s has not loaded within %s", path, patience)
	}
}

// Requests returns the URLs that the page has asked for, its own included.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.requests...)
}

// Problems returns what the browser complained about: errors and remarks of the console, exceptions, violations of the
// content security policy, dialogs.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.problems...)
}

// Run runs a script in the page, which its content security policy does not keep from it, and reads what it returns
// into result, unless that is nil. The script may await.
func (p *Page) Run(script string, result any) {
	p.t.Helper()
	var out struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	p.must(p.pipe.call(p.session, "Runtime.evaluate", map[string]any{
		"expression": "(async () => {" + script + "})()", "awaitPromise": true, "returnByValue": true,
	}, &out))
	if out.Exception != nil {
		p.t.Fatalf("script: %s %s\n%s", out.Exception.Text, out.Exception.Exception.Description, script)
	}
	if result != nil {
		p.must(json.Unmarshal(out.Result.Value, result))
	}
}

// Text runs a script that returns a text.
func (p *Page) Text(script string) string {
	p.t.Helper()
	var text string
	p.Run("return String("+script+")", &text)
	return text
}

// Resize gives the page the size of a window, in CSS pixels.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
	})
}

// Media has the page rendered for a medium, "screen" or "print", and for people who prefer a scheme, "light" or "dark".
func (p *Page) Media(medium, scheme string) {
	p.t.Helper()
	p.do("Emulation.setEmulatedMedia", map[string]any{
		"media": medium, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	})
}

// PDF prints the page.
func (p *Page) PDF() []byte {
	p.t.Helper()
	var out struct {
		Data string `json:"data"`
	}
	p.must(p.pipe.call(p.session, "Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": true}, &out))
	return p.decode(out.Data)
}

// Screenshot returns a picture of the page as PNG, whole or only what the window shows.
func (p *Page) Screenshot(whole bool) []byte {
	p.t.Helper()
	var out struct {
		Data string `json:"data"`
	}
	p.must(p.pipe.call(p.session, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": whole}, &out))
	return p.decode(out.Data)
}

func (p *Page) decode(data string) []byte {
	p.t.Helper()
	raw, err := base64.StdEncoding.DecodeString(data)
	p.must(err)
	return raw
}

// Press presses keys by their names: "Tab", "Enter", "ArrowDown", "Shift+Tab", or one character.
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, name := range keys {
		key, shift := strings.CutPrefix(name, "Shift+")
		event := map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
		if shift {
			event["modifiers"] = 8
		}
		switch {
		case key == "Enter":
			event["text"] = "\r"
		case key == " " || len([]rune(key)) == 1:
			event["text"] = key
		}
		p.do("Input.dispatchKeyEvent", event)
		event["type"] = "keyUp"
		delete(event, "text")
		p.do("Input.dispatchKeyEvent", event)
	}
}

// codes are the virtual key codes of keys that write no character.
var codes = map[string]int{
	"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38,
	"ArrowRight": 39, "ArrowDown": 40, "Backspace": 8,
}

// Type types a text where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	for _, r := range text {
		p.Press(string(r))
	}
}

func (p *Page) do(method string, params any) {
	p.t.Helper()
	if params == nil {
		params = struct{}{}
	}
	p.must(p.pipe.call(p.session, method, params, nil))
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(fmt.Errorf("browser: %w", err))
	}
}
