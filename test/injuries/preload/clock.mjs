// Loaded before the program, in every thread: a clock that jumps a day back or forth every time it is read.

const real = Date.now.bind(Date);
let reads = 0;
Date.now = () => real() + (reads++ % 2 === 0 ? -1 : 1) * 86_400_000;
