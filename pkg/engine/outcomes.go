package engine

import (
	"context"
	"log/slog"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/observe"
)

// logOpened tells the log of an incident that this call has stored, which is once in its life.
func (d *Detector) logOpened(ctx context.Context, in ledger.Incident, held decide.Hold) {
	d.Log.LogAttrs(ctx, slog.LevelInfo, "incident opened", append(about(in),
		slog.String(observe.AttrClass, in.Class), slog.String("severity", in.Severity.String()),
		slog.String(observe.AttrMode, in.Mode), slog.String("state", string(in.State)), slog.String("event_id", in.Finding.Event.ID),
		observe.OneIf(in.State != ledger.Suppressed, observe.IncidentsOpened),
		observe.OneIf(in.Exception != "", observe.ExceptionsHit),
		observe.OneIf(held == decide.HeldByException, observe.ExceptionsExpired),
		observe.OneIf(held == decide.HeldByBreaker, observe.BreakerOpened),
		observe.OneIf(held == decide.HeldAsFight, observe.FightsEnded),
		observe.Span(observe.EventToReceived, in.Times.Event, in.Times.Received),
		observe.Span(observe.ReceivedToDecided, in.Times.Received, in.Times.Decided))...)
}

// logRemediated tells the log that every change of an incident is made and holds. What somebody was asked about in
// between says nothing of how fast Riposte is.
func (r *Remediator) logRemediated(ctx context.Context, in ledger.Incident) {
	t := in.Times
	attrs := append(about(in), observe.One(observe.Remediated), observe.Span(observe.ActedToVerified, t.Acted, t.Verified))
	if !approved(in) {
		attrs = append(attrs, observe.Span(observe.DecidedToActed, t.Decided, t.Acted), observe.Span(observe.EventToVerified, t.Event, t.Verified))
	}
	r.Log.LogAttrs(ctx, slog.LevelInfo, "incident remediated", attrs...)
}

// logFailed tells the log that an incident's job has come to an end without the change, and why.
func (r *Remediator) logFailed(ctx context.Context, in ledger.Incident, cause error) {
	r.Log.LogAttrs(ctx, slog.LevelError, "remediation failed", append(about(in), slog.String("err", Loggable(cause)),
		slog.String("do", lookAt(in.ID)), observe.One(observe.RemediationFailed))...)
}

// logResolved tells the log that nothing was left to do about an incident.
func (r *Remediator) logResolved(ctx context.Context, in ledger.Incident, why string) {
	r.Log.LogAttrs(ctx, slog.LevelInfo, "incident resolved", append(about(in), slog.String("why", why))...)
}

// logClosed tells the log that a remediated incident was undone, kept or dismissed. Most of these are decided on
// somebody's own machine, whose log CloudWatch does not see, so that they are counted where people are told of them.
func (r *Remediator) logClosed(ctx context.Context, in ledger.Incident) {
	r.Log.LogAttrs(ctx, slog.LevelInfo, "incident "+string(in.State), about(in)...)
}

// logTold tells the log that a message was told in one way. The first way of telling counts what people decided, wherever
// they did: each message reaches it once.
func (n *Notifications) logTold(ctx context.Context, to notify.Notifier, m notify.Message, first bool) {
	n.Log.LogAttrs(ctx, slog.LevelInfo, "told", slog.String("incident", m.Incident.ID), slog.String("message", m.DetailType),
		slog.String("by", to.Name()), observe.One(observe.MessagesTold),
		observe.OneIf(first && m.DetailType == notify.IncidentUndone, observe.Undone),
		observe.OneIf(first && m.DetailType == notify.IncidentKept, observe.Kept))
}

// logHeld tells the log that a message is not told by itself in one way, and why.
func (n *Notifications) logHeld(ctx context.Context, to notify.Notifier, m notify.Message, why string, first bool) {
	n.Log.LogAttrs(ctx, slog.LevelInfo, "held", slog.String("incident", m.Incident.ID), slog.String("message", m.DetailType),
		slog.String("by", to.Name()), slog.String("why", why),
		observe.OneIf(first && m.DetailType == notify.IncidentUndone, observe.Undone),
		observe.OneIf(first && m.DetailType == notify.IncidentKept, observe.Kept))
}

// logDigest tells the log that many messages were told at once, or could not be.
func (n *Notifications) logDigest(ctx context.Context, to notify.Notifier, d notify.Digest, err error) {
	if err != nil {
		n.Log.LogAttrs(ctx, slog.LevelWarn, "digest not told", slog.String("digest", d.Key), slog.Int("messages", d.Total),
			slog.String("by", to.Name()), slog.String("err", err.Error()), slog.String("do", "it is tried again every few minutes"),
			observe.One(observe.MessagesFailed))
		return
	}
	n.Log.LogAttrs(ctx, slog.LevelInfo, "digest told", slog.String("digest", d.Key), slog.Int("messages", d.Total),
		slog.String("by", to.Name()), observe.One(observe.MessagesTold))
}

// logNotTold tells the log that a message could not be told in one way. It is tried again.
func (n *Notifications) logNotTold(ctx context.Context, to notify.Notifier, m notify.Message, err error) {
	n.Log.LogAttrs(ctx, slog.LevelWarn, "not told", slog.String("incident", m.Incident.ID), slog.String("message", m.DetailType),
		slog.String("by", to.Name()), slog.String("err", err.Error()),
		slog.String("do", "it is tried again; what fails every time waits in a dead-letter queue: mend the cause, then riposte redrive"),
		observe.One(observe.MessagesFailed))
}

// about returns what every line about an incident says.
func about(in ledger.Incident) []slog.Attr {
	return []slog.Attr{
		slog.String("incident", in.ID), slog.String("rule", in.Rule), slog.String("action", in.Action),
		slog.String("account", in.Account), slog.String("region", in.Region),
	}
}

// lookAt says how a person sees what became of an incident.
func lookAt(id string) string { return "riposte incidents show " + id }
