"""Refusals of requests to oracle (RFC 9457)."""

from __future__ import annotations

from auspex.core.problems import NotFound, Problem, ValidationFailed


class InputsMissing(ValidationFailed):
    """Neither strengths, nor teams of a competition, nor expected goals, nor odds: nothing to compute from."""

    status, code, title = 422, "inputs-missing", "The fixture has nothing to compute from"
    remedy = "Give ratings (elo), goals (goals), a competition with its teams, or odds."


class SameTeam(ValidationFailed):
    """Home and away are the same."""

    status, code, title = 422, "same-team", "A team cannot play itself"
    remedy = "Name two different teams."


class MarketMismatch(ValidationFailed):
    """Odds of a draw for a sport without draws, or none for a sport with them."""

    status, code, title = 422, "market-mismatch", "The odds do not fit the sport"
    remedy = "Give odds of a draw for football, and for no other sport."


class ModelNotForSport(ValidationFailed):
    """The goals model for a sport that is not decided by few goals."""

    status, code, title = 422, "model-not-for-sport", "The model does not fit the sport"
    remedy = "Use the model elo."


class RhoOutOfRange(ValidationFailed):
    """ρ would make the probability of a scoreline negative."""

    status, code, title = 422, "rho-out-of-range", "The low-score correction is out of range"
    remedy = "Stay within `low` and `high`, or leave rho out."


class RatesOutOfRange(ValidationFailed):
    """The levers take the expected goals out of 0.05 to 6."""

    status, code, title = 422, "rates-out-of-range", "The levers lead out of the model's range"
    remedy = "Use smaller factors; both sides' goals stay within 0.05 and 6."


class LeverWithoutEffect(ValidationFailed):
    """A lever without a number that the asked model reads; no hidden size is invented."""

    status, code, title = 422, "lever-without-effect", "A lever has no number that this model reads"
    remedy = "Give rating_shift for elo, attack_factor or defence_factor for goals."


class OddsSumBelowOne(ValidationFailed):
    """The inverse odds add up to less than one: no single quote looks like that."""

    status, code, title = 422, "odds-sum-below-one", "The odds have no margin to remove"
    remedy = "Give the odds of one source, or allow a negative margin where the route offers it."


class OddsNotRepresentable(ValidationFailed):
    """No expected goals give these probabilities."""

    status, code, title = 422, "odds-not-representable", "No expected goals give these odds"
    remedy = "Check the odds, or use the model elo."


class StateInvalid(ValidationFailed):
    """The match cannot be where it is said to be."""

    status, code, title = 422, "state-invalid", "The match cannot stand like this"
    remedy = "Give a minute that the period has: 0 to 47 in the first half, 45 to 94 in the second."


class LookAhead(ValidationFailed):
    """`as_of` lies after the match or after today: more would be known than at the forecast's time."""

    status, code, title = 422, "look-ahead", "The forecast would know too much"
    remedy = "Give an as_of that is neither after the day of the match nor in the future."


class CompareMissing(ValidationFailed):
    """A comparative answer without something to compare with."""

    status, code, title = 422, "compare-missing", "There is nothing to compare with"
    remedy = "Give `compare`, a second body without a depth."


class TeamUnknown(NotFound):
    """No team or competition of this name is stored; `nearest` offers up to three."""

    status, code, title = 404, "team-unknown", "The team or competition is not known"
    remedy = "Use one of `nearest`, or look it up with GET /v1/oracle/teams or /v1/oracle/competitions."


class NoParameters(Problem):
    """No fitted parameters of this competition were in force before the day asked for."""

    status, code, title = 409, "no-parameters", "No parameters were in force before that day"
    remedy = "Ask for a later day, or give strengths of your own."
