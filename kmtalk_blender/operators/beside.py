"""Base of the operators that write something beside the takes of a character."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..scene.character.shape_map import target_of
from ..scene.jobs.emotion_jobs import EmotionJob
from ..scene.jobs.life_jobs import LifeJob
from ..scene.jobs.queue import QueuedJob
from ..scene.takes.takes import takes_of
from .base import JobOperator
from .complete import no_take_reason

__all__ = ["BesideOperator"]


class BesideOperator(JobOperator):
    """One job a take. job_type: which."""

    job_type: type[EmotionJob] | type[LifeJob]

    take_id: StringProperty(name="Take's Id", description="Id of the only take; empty: all of the character's")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target, job_type = target_of(context), self.job_type
        name = target.name

        def job(take: str, title: str) -> QueuedJob:
            def make(_context: bpy.types.Context, folder: Path) -> EmotionJob | LifeJob:
                return job_type(bpy.data.objects[name], take, folder)

            return QueuedJob(title, make)

        return [job(take.id, take.strip) for take in takes_of(target) if self.take_id in ("", take.id)]
