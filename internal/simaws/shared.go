package simaws

import "maps"

// shared is with whom an account's resources are shared, and the settings that guard against it. What the maps hold is
// replaced as a whole, never changed.
type shared struct {
	lists    map[thing][]string // with whom a thing is shared; a thing that is not in it does not exist
	policies map[thing]string   // the policy of a thing, "" for none; likewise
	urls     map[thing]string   // how the URL of a function authenticates
	settings map[named]string   // of a region
}

// A thing is a resource of a region by its kind and its name.
type thing struct{ kind, region, name string }

func newShared() shared {
	return shared{
		lists: map[thing][]string{}, policies: map[thing]string{}, urls: map[thing]string{}, settings: map[named]string{},
	}
}

func (s shared) clone() shared {
	return shared{
		lists: maps.Clone(s.lists), policies: maps.Clone(s.policies), urls: maps.Clone(s.urls), settings: maps.Clone(s.settings),
	}
}

// changed returns a list with some values and without others.
func changed(list, add, remove []string) []string {
	var out []string
	has := map[string]bool{}
	for _, v := range remove {
		has[v] = true
	}
	for _, values := range [][]string{list, add} {
		for _, v := range values {
			if !has[v] {
				has[v] = true
				out = append(out, v)
			}
		}
	}
	return out
}

func sharingHandlers() handlers {
	h := handlers{}
	for _, service := range []handlers{
		snapshotHandlers(), imageHandlers(), regionSettingHandlers(), databaseSnapshotHandlers(), documentHandlers(), functionHandlers(),
		topicHandlers(), queueHandlers(), repositoryHandlers(), secretHandlers(), keyPolicyHandlers(), keyGrantHandlers(),
	} {
		maps.Copy(h, service)
	}
	return h
}
