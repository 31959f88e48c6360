//go:build unix

package webreport_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riposte/internal/testkit/browser"
	"riposte/pkg/ledger"
)

var shots = flag.String("shots", "", "the folder to put screenshots into")

// page writes a report and opens it from disk.
func page(t *testing.T, b *browser.Browser, incidents []ledger.Incident) *browser.Page {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, written(t, report(incidents)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := b.Page(t)
	p.Resize(1280, 900)
	p.Open(path)
	return p
}

func shoot(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), p.Screenshot(false), 0o600); err != nil {
		t.Fatal(err)
	}
}

// quiet holds that a page asked for nothing but itself and that the browser had nothing to complain about. What begins
// with "data:" are the browser's own pictures, such as that of a calendar: the page has none.
func quiet(t *testing.T, p *browser.Page) {
	t.Helper()
	requests := 0
	for _, url := range p.Requests() {
		switch {
		case strings.HasPrefix(url, "file:") && strings.HasSuffix(url, "/report.html"):
			requests++
		case !strings.HasPrefix(url, "data:image/svg+xml;base64,"):
			t.Errorf("the page asked for %s", url)
		}
	}
	if requests != 1 {
		t.Errorf("the page was asked for %d times, want once", requests)
	}
	for _, problem := range p.Problems() {
		t.Errorf("the browser says: %s", problem)
	}
}

func want(t *testing.T, p *browser.Page, what, script, want string) {
	t.Helper()
	if got := p.Text(script); got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

const (
	hits    = `document.querySelector(".hits").textContent`
	rows    = `document.querySelectorAll(".list .item").length`
	focused = `document.activeElement.id || document.activeElement.className`
)

// TestCounts holds that the page counts what it was given, in its tiles, its charts and its list.
func TestCounts(t *testing.T) {
	b := browser.Start(t)
	incidents := sample(500)
	p := page(t, b, incidents)
	shoot(t, p, "wide")
	by, failed := map[string]int{}, 0
	for _, in := range incidents {
		by[in.Severity.String()]++
		if in.State == ledger.Failed {
			failed++
		}
	}
	want(t, p, "hits", hits, "500 incidents")
	want(t, p, "rows of a page", rows, "50")
	want(t, p, "the first tile", `document.querySelector(".tiles .big").textContent`, "500")
	want(t, p, "the legend by severity", `[...document.querySelector("#charts .legend").children].map(li => li.textContent.trim()).join(", ")`,
		fmt.Sprintf("Critical %d, High %d, Medium %d, Low %d", by["CRITICAL"], by["HIGH"], by["MEDIUM"], by["LOW"]))
	want(t, p, "the numbers by day together", `[...document.querySelectorAll("#charts .numbers")[0].querySelectorAll("td")].reduce((sum, td) => sum + Number(td.textContent), 0)`, "500")
	p.Run(`const s = document.getElementById("filter-state"); s.value = "failed"; s.dispatchEvent(new Event("change"))`, nil)
	want(t, p, "hits of a state", hits, fmt.Sprintf("%d of 500 incidents", failed))
	want(t, p, "a chart follows the filter", `[...document.querySelectorAll("#charts .numbers")[0].querySelectorAll("td")].reduce((sum, td) => sum + Number(td.textContent), 0)`, fmt.Sprint(failed))
	quiet(t, p)
}

// TestKeyboard walks the page without a mouse.
func TestKeyboard(t *testing.T) {
	b := browser.Start(t)
	p := page(t, b, sample(120))
	p.Press("/")
	want(t, p, "after the slash", focused, "filter-text")
	p.Type("mallory trail")
	if got := p.Text(hits); got == "120 incidents" || strings.HasPrefix(got, "0 ") {
		t.Errorf("typing filters nothing: %q", got)
	}
	p.Press("Escape")
	want(t, p, "after escape", hits, "120 incidents")
	p.Press("Tab")
	want(t, p, "the next field", focused, "filter-severity")
	p.Press("ArrowDown")
	if got := p.Text(hits); got == "120 incidents" {
		t.Errorf("choosing a severity filters nothing: %q", got)
	}
	p.Run(`document.querySelectorAll(".opener")[0].focus()`, nil)
	p.Press("ArrowDown", "Enter")
	want(t, p, "the second row", `[...document.querySelectorAll(".opener")].indexOf(document.activeElement) + " " + document.activeElement.getAttribute("aria-expanded")`, "1 true")
	want(t, p, "details", `document.querySelectorAll(".details h3").length > 2`, "true")
	want(t, p, "the details belong to the button", `document.getElementById(document.activeElement.getAttribute("aria-controls")).className`, "details")
	outline := p.Text(`getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth`)
	if outline != "solid3px" {
		t.Errorf("the focus is not seen: %q", outline)
	}
	p.Press("Enter")
	want(t, p, "closed", `document.querySelectorAll(".details").length`, "0")
	shoot(t, p, "keyboard")
	quiet(t, p)
}

// TestHostile holds that no text of an incident becomes markup or runs.
func TestHostile(t *testing.T) {
	b := browser.Start(t)
	p := page(t, b, poisoned())
	// The details of all are open at once.
	p.Run(`for (let n = 0; n < document.querySelectorAll(".opener").length; n++) document.querySelectorAll(".opener")[n].click()`, nil)
	want(t, p, "what an attacker's text would have set", `typeof window.marker`, "undefined")
	want(t, p, "rows", rows, fmt.Sprint(len(poisoned())))
	want(t, p, "details", `document.querySelectorAll("tr.details").length`, fmt.Sprint(len(poisoned())))
	want(t, p, "elements that nobody made", `document.querySelectorAll("img, base, link, iframe, object, embed, form, script:not(#data):not(:last-of-type), style ~ style").length`, "0")
	want(t, p, "elements that run something", `[...document.querySelectorAll("*")].filter(e => [...e.attributes].some(a => a.name.startsWith("on") || a.name === "style" || /^(href|src|action|formaction|srcdoc|xlink:href)$/.test(a.name) && !a.value.startsWith("#"))).length`, "0")
	for _, width := range []int{1280, 360} {
		p.Resize(width, 800)
		if got := p.Text(`document.documentElement.scrollWidth - Math.min(innerWidth, ` + fmt.Sprint(width) + `) > 0`); got != "false" {
			t.Errorf("%d wide: the page scrolls to the side, because of %s", width, p.Text(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 361 && !e.closest(".scroll")).slice(-4).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30))`))
		}
	}
	shoot(t, p, "hostile")
	quiet(t, p)
}

// TestNarrow holds that a telephone shows the page without scrolling to the side.
func TestNarrow(t *testing.T) {
	b := browser.Start(t)
	p := page(t, b, sample(60))
	p.Resize(360, 800)
	p.Run(`document.querySelectorAll(".opener")[3].click(); document.querySelectorAll(".opener")[2].click()`, nil)
	want(t, p, "the width", `document.documentElement.scrollWidth`, "360")
	for _, at := range []string{`document.body`, `document.querySelector("#charts").children[2]`, `document.querySelector("#list")`, `document.querySelector(".details")`} {
		p.Run(at+`.scrollIntoView()`, nil)
		shoot(t, p, fmt.Sprintf("narrow-%d", len(at)))
	}
	quiet(t, p)
}

// TestPrint holds that paper gets all hits and none of what only a screen can use.
func TestPrint(t *testing.T) {
	b := browser.Start(t)
	p := page(t, b, sample(120))
	p.Media("print", "dark")
	for _, gone := range []string{".filters", ".pager", ".hint"} {
		want(t, p, gone+" on paper", `getComputedStyle(document.querySelector("`+gone+`")).display`, "none")
	}
	want(t, p, "the paper", `getComputedStyle(document.body).backgroundColor`, "rgb(255, 255, 255)")
	want(t, p, "the ink", `getComputedStyle(document.body).color`, "rgb(26, 34, 48)")
	p.Run(`dispatchEvent(new Event("beforeprint"))`, nil)
	want(t, p, "rows on paper", rows, "120")
	p.Run(`dispatchEvent(new Event("afterprint"))`, nil)
	want(t, p, "rows after", rows, "50")
	if pdf := p.PDF(); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("printed %d bytes, no PDF", len(pdf))
	}
	quiet(t, p)
}

// TestAccessible has axe look at the page, in both schemes, with details open.
func TestAccessible(t *testing.T) {
	b := browser.Start(t)
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("run \"make node_modules\": %v", err)
	}
	p := page(t, b, sample(30))
	p.Run(string(axe)+`;globalThis.axe ??= axe`, nil)
	p.Run(`for (let n = 0; n < 30; n++) document.querySelectorAll(".opener")[n].click(); document.querySelectorAll("figure details").forEach(d => { d.open = true })`, nil)
	for _, scheme := range []string{"light", "dark"} {
		p.Media("screen", scheme)
		var found []string
		p.Run(`const out = await axe.run(document, {resultTypes: ["violations"]});
			return out.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary))`, &found)
		for _, violation := range found {
			t.Errorf("%s: %s", scheme, violation)
		}
		shoot(t, p, scheme)
		p.Run(`document.querySelector(".change").scrollIntoView({ block: "center" })`, nil)
		shoot(t, p, scheme+"-change")
	}
}

// TestMany holds that ten thousand incidents open and turn pages.
func TestMany(t *testing.T) {
	b := browser.Start(t)
	p := page(t, b, sample(10_000))
	want(t, p, "hits", hits, "10,000 incidents")
	want(t, p, "rows", rows, "50")
	p.Run(`[...document.querySelectorAll(".pager button")].find(b => b.textContent === "Next").click()`, nil)
	want(t, p, "the second page", `document.querySelector(".where").textContent`, "51–100 of 10,000")
	quiet(t, p)
}
