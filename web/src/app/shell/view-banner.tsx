import { Button } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Access } from '@/data/access';
import { useEndView } from '@/data/user-view';
import { tellFailure } from '@/ui/tell-failure';
import { useHeightTold } from './use-height-told';
import classes from './view-banner.module.css';

const MINUTE_MS = 60_000;

type ViewBannerProps = { access: Access };

/** Stands over every page while one sees the product as somebody else. */
export function ViewBanner({ access }: ViewBannerProps) {
  const end = useEndView();
  const left = useMinutesUntil(access.view_ends_at);
  const banner = useHeightTold<HTMLElement>('--banner-height');
  return (
    <section ref={banner} className={classes.banner} aria-label="Viewing as somebody else">
      <IconEye size={18} aria-hidden className={classes.icon} />
      <p className={classes.text} role="status">
        You see what <strong>{access.full_name || access.email}</strong> sees. Nothing can be
        changed, and the audit log knows.
      </p>
      <span className={classes.left}>
        {left} {left === 1 ? 'minute' : 'minutes'} left
      </span>
      <Button
        size="xs"
        variant="white"
        color="dark"
        loading={end.isPending}
        onClick={() =>
          end.mutate(undefined, {
            onError: (error) => tellFailure('You still see what they see', error),
          })
        }
      >
        End the view
      </Button>
    </section>
  );
}

function useMinutesUntil(instant: string | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (instant === null) return 0;
  return Math.max(0, Math.ceil((Date.parse(instant) - now) / MINUTE_MS));
}
