"""The words of outlook statements: what looks ahead, what joins a figure's name to its value, what only compares.

Lists of what is allowed, not of what is forbidden: a statement in other words is missed rather than misread.
"""

from __future__ import annotations

import re

_SAYING = (
    r"(?:expect|anticipat|estimat|project|forecast|guid|target|see|rais|increas|lower|cut|reduc|reaffirm|reiterat|maintain"
    r"|narrow|updat|revis|withdraw|suspend|provid|introduc|issu|deliver|generat|achiev|boost|tighten|confirm|plan|continu)"
    r"(?:s|e|es|ed|ing|ts|ting)?|forecasted|withdrew|sees|guidance|outlook"
)
_SAYS = re.compile(_SAYING, re.IGNORECASE)
_BEFORE_NAME = re.compile(
    r"an?|and|annual|approximately|as|be|both|combined|compan(?:y|y[’']s)|consolidated|constant[-\s]currency|core|currency"
    r"|diluted|basic|fiscal|for|full(?:-year)?|gaap|group|half|in|including|initial|its|months|net|next|non-gaap|of|on|or"
    r"|our|organic|overall|plus|quarter(?:ly|[’']s)?|reported|that|the|their|this|to|total|underlying|with|worldwide"
    r"|year(?:ly|[’']s)?|we|adjusted|basis|first|second|third|fourth|ending|ended|record|global|new|following|range|rate"
    r"|percentage|non|respectively",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:fy|q|h)?['’]?\d{1,4}q?", re.IGNORECASE)
_LINK = re.compile(
    r"an?|of|in|the|rang(?:e|ing)|to|be|is|are|approximately|about|around|roughly|nearly|between|from|at|least|most|will"
    r"|should|would|for|fiscal|year|quarter|full|full-year|half|first|second|third|fourth|now|currently|goal|compan(?:y|ies)"
    r"|we|it|by|or|on|basis|non-gaap|gaap|adjusted|diluted|and|respectively|more|less|than|greater|over|exceed|excess|not"
    r"|no|grow(?:th|s|ing)?|decreas(?:e|ing)|declin(?:e|ing)|up|down|representing|plus|minus|total|net|low|high|end|reach"
    r"|come|remain|land|fall|within|upward|downward|its|our|also|still|as|follows|period|ending|this|current|next|coming"
    r"|that|per|share|shares|common|stock|which|both|combined|in-line|approximate|midpoint|representing|implying|months?"
    r"|percent|then|new|versus?|slightly|level|levels",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w’'&-]*")
_LOOKS_AHEAD = re.compile(
    r"\b(?:expect(?:s|ed|ing)?|anticipat(?:e|es|ed|ing)|forecast(?:s|ed|ing)?|projected|projecting|(?:we|company)\s+projects?"
    r"|guid(?:es?|ing|ance)|outlook|targets?|targeted|targeting|(?:is|are|we|company)\s+estimate[sd]?|sees?|aims?"
    r"|plans?\s+(?:for|to)|believes?|will\s+be|should\s+be|reaffirm\w*|reiterat\w*)\b",
    re.IGNORECASE,
)
_LOOKS_BACK = re.compile(
    r"\b(?:exceed(?:ed|ing)|surpass\w*|beat|above|below|within|in\s+line\s+with|compared\s+(?:to|with)|versus|ahead\s+of"
    r"|better\s+than|outperform\w*|met)\s+(?:the\s+)?(?:(?:high|low|top|upper|lower|mid)[\s-]?(?:end|point)?\s+(?:of\s+)?)?"
    r"(?:(?:our|its|the|company[’']s|management[’']s)\s+)*(?:(?:prior|previous(?:ly)?|original|initial|own|updated|issued"
    r"|announced|provided|stated|range|of|quarterly|revenue|sales|eps)\s+)*(?:guidance|outlook|forecast|expectations?|targets?)",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"(?:\b(?:compared\s+(?:to|with)|versus|vs\.?|instead\s+of|rather\s+than|up\s+from|down\s+from|from)\s+"
    r"|\b(?:prior|previous(?:ly)?|former(?:ly)?|earlier|original(?:ly)?|initial)\b[^.;$]{0,60}?)"
    r"(?:(?:its|our|the|a|an|prior|previous(?:ly)?|former|earlier|original|initial|issued|announced|provided|stated"
    r"|guidance|outlook|forecast|range|target|estimate|expectation|year|quarter|of|for|between|approximately|about)\s+)*$",
    re.IGNORECASE,
)
_RANGE_FROM = re.compile(r"\brang(?:e|es|ing)\s+from\s+$", re.IGNORECASE)
_HEADS_OUTLOOK = re.compile(
    r"\b(?:outlook|guidance|(?:financial|business|fiscal|quarterly|annual|long-term)?\s*targets?|expectations|forecast(?:ed|s)?"
    r"|looking\s+ahead|projections?)\b",
    re.IGNORECASE,
)
_WITHDRAWS = re.compile(
    r"\b(?:withdraw(?:s|n|ing|al)?|withdrew|suspend(?:s|ed|ing)?|rescind(?:s|ed|ing)?)\b", re.IGNORECASE
)
_PROMISE = re.compile(r"\b(?:guidance|outlook|forecast|targets?|projections?|estimates?)\b", re.IGNORECASE)
_DIRECTION = re.compile(
    r"\b(?:grow(?:th|s|ing)?|increase[ds]?|decrease[ds]?|declin(?:e|es|ed|ing)|improve[ds]?|expand(?:s|ed)?|flat|stable"
    r"|in\s+line\s+with|(?:low|mid|high|double|single)[\s-](?:to[\s-](?:mid|high)[\s-])?(?:single|double)?[\s-]?(?:digits?|teens)"
    r"|modest(?:ly)?|slight(?:ly)?|sequential(?:ly)?|higher|lower)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:benefits?|savings?|impacts?|headwinds?|tailwinds?|charges?|synerg(?:y|ies))\b", re.IGNORECASE
)
_SEVERAL_YEARS = re.compile(
    r"\s+(?:(?:in|for|during)\s+each\s+of|over\s+(?:the\s+)?(?:next|coming|following)|per\s+year|annually\b)",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"\b(?:was|were|grew|rose|fell|increased|decreased|declined|reported|recorded|ended)\b", re.I)
_GROWS = re.compile(
    r"\b(?:grow(?:th|s|ing)?|increas\w+|up|higher|ris(?:e|ing)|decreas\w+|declin\w+|down|lower|reduc\w+)\b",
    re.IGNORECASE,
)
_SHRINKS = re.compile(r"\b(?:decreas\w+|declin\w+|down|lower|reduc\w+)\b", re.IGNORECASE)


def may_precede_name(word: str) -> bool:
    """Whether a word before a figure's name leaves it the whole company's ("expects revenue", "total revenue")."""
    return any(pattern.fullmatch(word) for pattern in (_BEFORE_NAME, _NUMBERED, _SAYS))


def links(words: str) -> bool:
    """Whether words between a figure's name and a value do no more than join them."""
    return all(_LINK.fullmatch(word) or _SAYS.fullmatch(word) for word in _WORD.findall(words))


def looks_ahead(sentence: str) -> bool:
    """Whether a sentence says what is expected, and not how an expectation came out."""
    return _LOOKS_AHEAD.search(sentence) is not None and _LOOKS_BACK.search(sentence) is None


def looks_back(sentence: str) -> bool:
    """Whether a sentence holds results against an earlier expectation."""
    return _LOOKS_BACK.search(sentence) is not None


def tells_history(sentence: str) -> bool:
    """Whether a sentence tells what happened."""
    return _HISTORY.search(sentence) is not None and _LOOKS_AHEAD.search(sentence) is None


def heads_outlook(line: str) -> bool:
    """Whether a heading, a caption or an introducing line announces an outlook."""
    return _HEADS_OUTLOOK.search(line) is not None


def is_former(before: str) -> bool:
    """Whether a value right after these words is what was said or reported before."""
    return _FORMER.search(before) is not None and _RANGE_FROM.search(before) is None


def withdraws(sentence: str) -> bool:
    """Whether a sentence takes guidance back."""
    return _WITHDRAWS.search(sentence) is not None and _PROMISE.search(sentence) is not None


def says_direction(sentence: str) -> bool:
    """Whether a sentence says where a figure goes without saying how far."""
    return _DIRECTION.search(sentence) is not None and _HISTORY.search(sentence) is None


def says_growth(words: str) -> bool:
    """Whether words make a percentage a change."""
    return _GROWS.search(words) is not None


def says_decline(words: str) -> bool:
    """Whether words make a change a decline."""
    return _SHRINKS.search(words) is not None


def is_aside(before: str) -> bool:
    """Whether a figure named after these words is only what something does to it ("a benefit to operating costs")."""
    return _ASIDE.search(before) is not None


def spans_years(after: str) -> bool:
    """Whether the words right after a value spread it over several periods."""
    return _SEVERAL_YEARS.match(after) is not None
