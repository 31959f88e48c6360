package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/actions"
	"riposte/pkg/sigma"
)

const root = "../.."

// TestSampleRulesLoadInBoth holds that the project's own sample rules load, and counts those that sigma-go can evaluate.
func TestSampleRulesLoadInBoth(t *testing.T) {
	rules := os.DirFS(filepath.Join(root, "pkg", "sigma", "testdata", "rules"))
	records, err := samples(os.DirFS(filepath.Join(root, "events")))
	if err != nil {
		t.Fatal(err)
	}
	files, err := ruleFiles(rules)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sigma.Load(rules, actions.All()); err != nil {
		t.Fatal(err)
	}
	b, err := newBench(&material{rules: rules, files: files, records: records}, flat)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range b.left {
		t.Log(file)
	}
	if len(b.used) < 4 {
		t.Errorf("sigma-go can evaluate %v only", b.used)
	}
	hits, err := b.compare(t.Context(), flat)
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d rules, %d records, %d hits", len(b.used), len(records), hits)
	if hits == 0 {
		t.Error("no rule found anything")
	}
}

// TestPublishedRulesAgree holds the same of the published rules on recorded events, in both ways to ask sigma-go.
func TestPublishedRulesAgree(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root, "..", "shared", "corpus", "sigma")); err != nil {
		t.Skip("no published rules beside the project")
	}
	m, err := gather(root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(m, documented, flat)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.left) > 0 {
		t.Errorf("left out: %v", b.left)
	}
	for _, l := range []layout{documented, flat} {
		hits, err := b.compare(t.Context(), l)
		if err != nil {
			t.Error(err)
		}
		t.Logf("layout %d: %d rules, %d records, %d hits, %d errors of sigma-go", l, len(b.used), len(b.records), hits, b.peers[l].failed)
	}
}

// TestInventedRulesAgree makes rules of what stands in the sample events, in other letter cases and in parts, and holds
// that both sides find the same with them.
func TestInventedRulesAgree(t *testing.T) {
	records, err := samples(os.DirFS(filepath.Join(root, "events")))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(20261125, 7))
	files := map[string][]byte{}
	for i := range 400 {
		files[fmt.Sprintf("%03d.yml", i)] = inventedRule(random, i, records)
	}
	b, err := newBench(&material{files: files, records: records}, flat)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.left) > 0 {
		t.Errorf("left out: %v", b.left)
	}
	hits, err := b.compare(t.Context(), flat)
	if err != nil {
		t.Error(err)
		for name, data := range files {
			if _, id, _ := strings.Cut(string(data), "id: "); strings.Contains(err.Error(), id[:36]) {
				t.Logf("%s:\n%s", name, data)
			}
		}
	}
	t.Logf("%d rules, %d records, %d hits", len(b.used), len(records), hits)
	if hits < len(b.used) {
		t.Errorf("%d rules made of the records hit %d times only", len(b.used), hits)
	}
}

func inventedRule(random *rand.Rand, n int, records [][]byte) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "title: Invented %d\nid: 00000000-0000-4000-8000-%012x\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n", n, n)
	names := []string{"a", "b", "c"}[:1+random.IntN(3)]
	for _, name := range names {
		fmt.Fprintf(&out, "    %s:\n", name)
		used := map[string]bool{}
		for range 1 + random.IntN(2) {
			if key, values := inventedTest(random, records); !used[key] {
				used[key] = true
				fmt.Fprintf(&out, "        %s: %s\n", quoted(key), values)
			}
		}
	}
	condition := names[0]
	for _, name := range names[1:] {
		condition += []string{" and ", " or ", " and not ", " or not "}[random.IntN(4)] + name
	}
	switch random.IntN(5) {
	case 0:
		condition = "1 of them"
	case 1:
		condition = "all of them"
	case 2:
		condition = "not (" + condition + ")"
	}
	fmt.Fprintf(&out, "    condition: %s\n", condition)
	return []byte(out.String())
}

// inventedTest takes a field of some record with its value.
func inventedTest(random *rand.Rand, records [][]byte) (key, values string) {
	var record map[string]any
	for {
		if json.Unmarshal(records[random.IntN(len(records))], &record) != nil {
			continue
		}
		path, value := somewhere(random, record)
		if path == "" {
			continue
		}
		if random.IntN(12) == 0 {
			return path, "null"
		}
		text, isText := value.(string)
		if !isText || len(text) < 3 || len(text) > 200 || strings.ContainsAny(text, "*?\\%") {
			continue
		}
		from := random.IntN(len(text) - 2)
		part := text[from : from+2+random.IntN(len(text)-from-1)]
		switch random.IntN(8) {
		case 0:
			return path, quoted(strings.ToUpper(text))
		case 1:
			return path + "|contains", quoted(strings.ToUpper(part))
		case 2:
			return path + "|startswith", quoted(text[:from+1])
		case 3:
			return path + "|endswith", quoted(strings.ToLower(text[from:]))
		case 4:
			return path + "|contains|all", "[" + quoted(part) + ", " + quoted(text[:2]) + "]"
		case 5:
			return path + "|re", quoted("^[A-Za-z0-9.:/-]{" + fmt.Sprint(from) + "}.")
		case 6:
			return "sourceIPAddress|cidr", quoted([]string{"198.51.100.0/24", "203.0.113.0/25", "192.0.2.0/30", "0.0.0.0/1"}[random.IntN(4)])
		default:
			return path, "[" + quoted(text) + ", " + quoted("no "+part) + "]"
		}
	}
}

// somewhere returns a path into an object and the value there.
func somewhere(random *rand.Rand, object map[string]any) (path string, value any) {
	keys := make([]string, 0, len(object))
	for key := range object {
		if !strings.ContainsAny(key, ". |[]") {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return "", nil
	}
	slices.Sort(keys)
	path = keys[random.IntN(len(keys))]
	value = object[path]
	for {
		list, isList := value.([]any)
		if !isList || len(list) == 0 {
			break
		}
		value = list[random.IntN(len(list))]
	}
	if inner, isObject := value.(map[string]any); isObject {
		rest, value := somewhere(random, inner)
		if rest == "" {
			return "", nil
		}
		return path + "." + rest, value
	}
	return path, value
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
