package observe_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riposte/pkg/catalog"
	"riposte/pkg/detect"
	"riposte/pkg/observe"
	"riposte/pkg/sigma"
)

// TestClasses holds that every rule of the catalogue is counted under its own class, and that all rules of the operator's
// are counted under one, however many they are.
func TestClasses(t *testing.T) {
	folder := t.TempDir()
	for n := range 3 {
		rule := fmt.Sprintf("title: Rule %d\nid: 12345678-1234-4123-8123-12345678900%d\nlogsource: {product: aws, service: cloudtrail}\n"+
			"detection: {s: {eventName: ListUsers}, condition: s}\nlevel: low\n", n, n)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.yml", n)), []byte(rule), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, err := sigma.LoadDir(folder, nil)
	if err != nil || len(own.Rules) != 3 {
		t.Fatalf("%v rules: %v", own, err)
	}
	counted := func(r *detect.Rule) string {
		line := logged("", func(ctx context.Context, l *slog.Logger) {
			l.LogAttrs(ctx, slog.LevelInfo, "incident opened", slog.String(observe.AttrClass, r.Class), slog.String(observe.AttrMode, "alert"),
				observe.One(observe.IncidentsOpened))
		})
		return strings.Join(check(t, line), " ")
	}
	for _, r := range own.Rules {
		if got := counted(r); !strings.Contains(got, "Class=sigma,") {
			t.Errorf("%s of class %s is counted as %s", r.ID, r.Class, got)
		}
	}
	for _, r := range catalog.Rules() {
		if got := counted(r); !strings.Contains(got, "Class="+r.Class+",") {
			t.Errorf("%s of class %s is counted as %s", r.ID, r.Class, got)
		}
	}
}
