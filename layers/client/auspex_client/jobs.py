"""Waiting for a job, with its progress: polling that backs off while nothing changes."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Final

from auspex_client.async_resources import jobs as generated_async
from auspex_client.calls import CallOptions
from auspex_client.errors import JobNotFinishedError
from auspex_client.models import Job
from auspex_client.resources import jobs as generated
from auspex_client.retries import Pause

FINISHED: Final = frozenset({"succeeded", "failed", "cancelled", "expired"})
WAIT_SECONDS_MAX = 900.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
GROWTH = 1.5

OnProgress = Callable[[Job], None]


class Jobs(generated.Jobs):
    """Jobs of the caller's account, and waiting for one."""

    def wait(
        self,
        job_id: str,
        *,
        on_progress: OnProgress | None = None,
        timeout_seconds: float = WAIT_SECONDS_MAX,
        options: CallOptions | None = None,
    ) -> Job:
        """Return the job once it has ended, however it ended: see its `status` and `problem`.

        `on_progress` is given the job when it is first seen and whenever its status, stage, progress, units or what it
        waits on changed. Raises JobNotFinishedError when it lives on after `timeout_seconds`; it then goes on.
        """
        client = self._auspex
        steps = watch(job_id, on_progress, timeout_seconds, client.now, client.chance)
        job: Job | None = None
        while True:
            try:
                step = steps.send(job)
            except StopIteration as end:
                ended: Job = end.value
                return ended
            if isinstance(step, Pause):
                client.sleep(step.seconds)
                job = None
            else:
                job = self.show(step, options=options).data


class AsyncJobs(generated_async.AsyncJobs):
    """Jobs of the caller's account, and waiting for one."""

    async def wait(
        self,
        job_id: str,
        *,
        on_progress: OnProgress | None = None,
        timeout_seconds: float = WAIT_SECONDS_MAX,
        options: CallOptions | None = None,
    ) -> Job:
        """Return the job once it has ended; as `Jobs.wait`."""
        client = self._auspex
        steps = watch(job_id, on_progress, timeout_seconds, client.now, client.chance)
        job: Job | None = None
        while True:
            try:
                step = steps.send(job)
            except StopIteration as end:
                ended: Job = end.value
                return ended
            if isinstance(step, Pause):
                await client.sleep(step.seconds)
                job = None
            else:
                job = (await self.show(step, options=options)).data


def watch(
    job_id: str,
    on_progress: OnProgress | None,
    timeout_seconds: float,
    now: Callable[[], float],
    chance: random.Random,
) -> Generator[str | Pause, Job | None, Job]:
    """Yield the id of the job to show and the pauses between; return it when it has ended."""
    ends_at = now() + timeout_seconds
    pause = FIRST_PAUSE_SECONDS
    seen: object = None
    while True:
        job = yield job_id
        assert job is not None  # what answers an id
        state = (job.status, job.stage, job.progress, job.waiting_on, job.units)
        if state != seen:
            seen, pause = state, FIRST_PAUSE_SECONDS
            if on_progress is not None:
                on_progress(job)
        if job.status in FINISHED:
            return job
        if now() >= ends_at:
            raise JobNotFinishedError(f"{job_id} is still {job.status} at {job.progress} % after {timeout_seconds:g} s")
        yield Pause(min(pause * chance.uniform(0.8, 1.2), max(ends_at - now(), 0)))
        pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)
