import classes from './sign-in-art.module.css';

const STEPS = [100, 62, 41, 23, 14, 8];

/** What the product is about, as a picture: a conversation that becomes a funnel. */
export function SignInArt() {
  return (
    <div className={classes.art} aria-hidden>
      <div className={classes.bubble} data-visitor>
        Can it run experiments on our mobile app too?
      </div>
      <div className={classes.bubble}>
        Yes, on iOS and Android, with the same flags as your website. Shall I show you in a short
        demo?
      </div>
      <div className={classes.steps}>
        {STEPS.map((width) => (
          <div key={width} className={classes.step} style={{ width: `${width}%` }} />
        ))}
      </div>
      <p className={classes.caption}>From the first display to the demo booked.</p>
    </div>
  );
}
