"""The result of running an artifact and comparing its images with the live model's."""

from dataclasses import dataclass

from oasis_tf.export.verification.difference import Difference, Limit

ACCEPTED, REFUSED, WRONG, NOT_CHECKED = "accepted", "refused", "wrong", "not checked"


@dataclass(frozen=True)
class Verdict:
    """Result of running a file on a GPU.

    Attributes:
        state: "accepted", "refused", "wrong" or "not checked".
        reason: str, what was refused or wrong, or why there was no check; empty if accepted.
        adapter: str, the GPU's name; empty if nothing ran.
        difference: `Difference` of its images, or None.
    """

    state: str
    reason: str = ""
    adapter: str = ""
    difference: Difference | None = None

    def __str__(self) -> str:
        parts = [self.state + (f" by {self.adapter}" if self.adapter else ""), self.reason]
        if self.state == ACCEPTED:
            parts.append(str(self.difference))
        return ": ".join(part for part in parts if part)

    def as_dict(self) -> dict:
        """For JSON."""
        difference = self.difference and self.difference.as_dict()
        return {**vars(self), "difference": difference}


@dataclass(frozen=True)
class Verification:
    """Result for one artifact.

    Attributes:
        differences: dict of signature to `Difference`, on the CPU; in the references' order.
        limit: `Limit` of each.
        gpu: `Verdict`, or None for formats that no GPU is asked about.
    """

    differences: dict[str, Difference]
    limit: Limit
    gpu: Verdict | None = None

    @property
    def difference(self) -> Difference:
        """Of the first signature, which paints all cases."""
        return next(iter(self.differences.values()))

    def faults(self) -> list[str]:
        """Each as a predicate; the artifact's name is put in front."""
        faults = []
        for signature, difference in self.differences.items():
            if not self.limit.is_kept_by(difference):
                subject = f"signature {signature} " if signature else ""
                faults.append(
                    f"{subject}does not paint what the live model paints: {difference}; "
                    f"allowed: {self.limit}"
                )
        if self.gpu and self.gpu.state in (REFUSED, WRONG):
            faults.append(f"is not for GPUs: {self.gpu}")
        return faults

    def as_dict(self) -> dict:
        """For JSON."""
        gpu = {"gpu": self.gpu.as_dict()} if self.gpu else {}
        return {
            "cpu": self.difference.as_dict(),
            "limit": str(self.limit),
            **gpu,
            "faults": self.faults(),
        }
