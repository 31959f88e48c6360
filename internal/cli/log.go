package cli

import (
	"log/slog"
)

// logger writes warnings and errors to standard error as prose does; outcomes are on standard output. It leaves the time
// out: whoever runs a command is there.
func logger(p *Process) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}
