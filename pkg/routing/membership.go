package routing

import (
	"cmp"
	"slices"
)

// A membership says in which elements of which lists a value stands, sorted by list. A scalar that is itself the element
// of a list is not a member of that list: two conditions may be met by two scalars of it.
type membership []place

// A place is one element of one list.
type place struct{ list, element int }

// consistent reports whether two values do not stand in different elements of one list.
func consistent(a, b membership) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].list < b[j].list:
			i++
		case a[i].list > b[j].list:
			j++
		case a[i].element != b[j].element:
			return false
		default:
			i, j = i+1, j+1
		}
	}
	return true
}

// merge joins consistent memberships.
func merge(a, b membership) membership {
	if len(a) == 0 {
		return b
	}
	out := slices.Concat(a, b)
	slices.SortFunc(out, comparePlaces)
	return slices.Compact(out)
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.list, b.list), cmp.Compare(a.element, b.element))
}

func compareMemberships(a, b membership) int { return slices.CompareFunc(a, b, comparePlaces) }
