package config

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

const (
	maxRoutes = 200
	maxTo     = 20 // receivers of one route
)

// A mention is a receiver's name in a route.
type mention struct {
	name, path string
	at         *yaml.Node
}

func (r *reader) routes(n *yaml.Node, path string) ([]Route, []mention) {
	var out []Route
	var named []mention
	if !r.atMost(n, path, maxRoutes) {
		return nil, nil
	}
	r.items(n, path, func(item *yaml.Node, path string) {
		route := Route{Pos: r.pos(item)}
		r.fields(item, path, append(
			r.conditions(&route.Match),
			field{key: "to", must: "write the names of receivers, such as [" + DefaultReceiver + "]", read: func(n *yaml.Node, path string) {
				if !r.atMost(n, path, maxTo) {
					return
				}
				route.To = r.some(n, path, func(item *yaml.Node, path string) (string, bool) {
					name, ok := r.scalar(item, path, "a receiver's name", tagText)
					if ok {
						named = append(named, mention{name, path, item})
					}
					return name, ok
				})
			}},
			field{key: "continue", read: func(n *yaml.Node, path string) { route.Continue = r.truth(n, path) }},
		)...)
		out = append(out, route)
	})
	return out, named
}

// mentions reports names of receivers that do not exist.
func (r *reader) mentions(n Notify, named []mention) {
	known := n.Names()
	for _, m := range named {
		if !slices.Contains(known, m.name) {
			r.fail(m.at, m.path, "no receiver %s under notify.receivers%s", shown(m.name), didYouMean(m.name, known))
		}
	}
}
