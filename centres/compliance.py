"""How each centre stands against the standard on a day: pure functions of rows."""

from datetime import date

from centres.models import Centre, RegulationKind, RegulationVersion


def lacking(on: date) -> dict[int, list[RegulationKind]]:
    """By town: the kinds of regulation its running centre needs on the local day `on` and has none in force of."""
    kinds = list(RegulationKind.objects.needed(on))
    towns = Centre.objects.running(on).values_list("town", flat=True)
    rows = RegulationVersion.objects.in_force(on).filter(regulation__kind__in=kinds, regulation__town__in=towns)
    held = set(rows.values_list("regulation__town", "regulation__kind"))
    found = {town: [kind for kind in kinds if (town, kind.pk) not in held] for town in towns}
    return {town: kinds for town, kinds in found.items() if kinds}
