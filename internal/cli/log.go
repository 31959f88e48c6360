package cli

import (
	"log/slog"
)

// logger writes warnings and errors to standard error as prose does; outcomes are on standard output.
func logger(p *Process) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
