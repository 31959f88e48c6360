package remedy

// ByAction indexes remedies by the ID of their action.
func ByAction(remedies []Remedy) map[string]Remedy {
	m := make(map[string]Remedy, len(remedies))
	for _, r := range remedies {
		m[r.Action().ID] = r
	}
	return m
}
