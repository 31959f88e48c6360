package config

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// organizationID is as the Organizations API reference has it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
var organizationID = lazily(`^o-[a-z0-9]{10,32}$`)

func (r *reader) organization(n *yaml.Node, path string) string {
	id, ok := r.scalar(n, path, "an organization's ID", tagText)
	if ok && !organizationID().MatchString(id) {
		r.fail(n, path, "%s is no organization's ID: want o- and 10 to 32 letters and digits, such as o-a1b2c3d4e5", shown(id))
	}
	return id
}

var region = lazily(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)

func (r *reader) region(n *yaml.Node, path string) (string, bool) {
	name, ok := r.scalar(n, path, "a region", tagText)
	if ok && !region().MatchString(name) {
		r.fail(n, path, "%s is no region: want a name such as eu-west-1", shown(name))
		return "", false
	}
	return name, ok
}

// distinct reads a list whose items differ.
func (r *reader) distinct(n *yaml.Node, path string, read func(n *yaml.Node, path string) (string, bool)) []string {
	var list []string
	r.items(n, path, func(item *yaml.Node, path string) {
		switch value, ok := read(item, path); {
		case !ok:
		case slices.Contains(list, value):
			r.fail(item, path, "%s is listed twice", value)
		default:
			list = append(list, value)
		}
	})
	return list
}

func (r *reader) sigma(n *yaml.Node, at string) Sigma {
	var s Sigma
	r.fields(n, at, field{
		key: "folder", must: "write the folder that holds your Sigma rules, or leave sigma out",
		read: func(n *yaml.Node, at string) {
			folder, ok := r.scalar(n, at, "a folder", tagText)
			if !ok {
				return
			}
			if !inside(folder) {
				r.fail(n, at, "%s: want a folder below the one of this file, with slashes, such as sigma or rules/sigma", shown(folder))
				return
			}
			s = Sigma{Folder: folder, Pos: r.pos(n)}
		},
	})
	return s
}

// inside reports whether a path stays below where it starts, in one spelling.
func inside(folder string) bool {
	return folder != "." && folder != "" && path.Clean(folder) == folder && !path.IsAbs(folder) &&
		folder != ".." && !strings.HasPrefix(folder, "../") && !strings.ContainsAny(folder, "\\:\x00")
}
