package cli

import (
	"log/slog"
	"slices"

	"riposte/pkg/observe"
)

// logger writes warnings and errors to standard error as prose does; outcomes are on standard output. It leaves the time
// out: whoever runs a command is there. So are values of metrics: nobody collects them.
func logger(p *Process) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || measured(a.Key)) {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func measured(key string) bool {
	return slices.ContainsFunc(observe.Metrics(), func(m observe.Metric) bool { return m.Name == key })
}
