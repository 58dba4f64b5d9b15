import { type Run, useDemoTraffic } from '@/data/demo-traffic';
import classes from './demo-progress.module.css';
import { useHeightTold } from './use-height-told';

/** A slim line while made-up traffic is being loaded; the figures below grow with it. */
export function DemoProgress() {
  const run = useDemoTraffic();
  return run && run.state !== 'done' ? <Line run={run} /> : null;
}

function Line({ run }: { run: Run }) {
  const line = useHeightTold<HTMLDivElement>('--progress-height');
  if (run.state === 'failed') {
    return (
      <div ref={line} className={classes.progress} role="alert">
        Loading demo traffic failed{run.error ? `: ${run.error}` : '.'}
      </div>
    );
  }
  const percent = run.total > 0 ? Math.min(100, Math.floor((run.done / run.total) * 100)) : 0;
  return (
    <div
      ref={line}
      className={classes.progress}
      role="progressbar"
      aria-label="Loading demo traffic"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      Loading demo traffic {percent} % – figures grow as it arrives, changes follow once it is
      complete
      <span className={classes.bar} style={{ width: `${percent}%` }} />
    </div>
  );
}
