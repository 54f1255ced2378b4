// Keeps the live board up to date while somebody looks at it. The page works without it.
"use strict";
{
  const board = document.querySelector("[data-board]");
  const EVERY = 5000;
  const refresh = async () => {
    if (!document.hidden) {
      const response = await fetch(board.dataset.board, {redirect: "error"}).catch(() => null);
      if (response?.ok && !board.contains(document.activeElement)) board.innerHTML = await response.text();
    }
    setTimeout(refresh, EVERY);
  };
  if (board) setTimeout(refresh, EVERY);
}
