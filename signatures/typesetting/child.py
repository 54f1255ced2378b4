"""Runs the typesetter in a process of its own: one job as JSON on standard input, one file written.

Exit status 0 when the file is written, 1 with the compiler's message on standard error when it is not.
"""

import json
import sys
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "fonts"


def compile_job(job: dict) -> None:
    """Typeset one job, `{template, format, standards, data, output}`; `data` is the JSON the template reads.

    Raises typst.TypstError, which also tells of a file that cannot be written.
    """
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler(
        str(HERE / job["template"]), root=str(HERE), font_paths=fonts, sys_inputs={"data": job["data"]}
    )
    compiler.compile(output=job["output"], format=job["format"], ppi=72, pdf_standards=job["standards"])


def compile_leniently(job: dict) -> None:
    """Typeset a job without its standards where only they refuse it.

    Accessibility standards forbid a glyph that no font has; one signatory with a rare character must not
    keep a letter from being printed, still tagged but without the claim.
    """
    try:
        compile_job(job)
    except typst.TypstError as error:
        if "PDF/UA" not in str(error):
            raise
        compile_job(job | {"standards": []})


def main() -> int:
    job = json.load(sys.stdin)
    try:
        compile_leniently(job)
    except typst.TypstError as error:
        sys.stderr.write(getattr(error, "diagnostic", "") or str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
