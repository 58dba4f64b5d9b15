import { Switch } from '@mantine/core';
import { useAccessSettings, useSaveAccessSettings } from '@/data/user-changes';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import classes from './users.module.css';

/** What holds for every admin at once. */
export function AdminsPolicy() {
  const { data } = useAccessSettings();
  const save = useSaveAccessSettings();
  if (!data) return null;
  const required = data.admins_need_second_factor;
  return (
    <section className={classes.policy} aria-label="Second factor of admins">
      <Switch
        label="Require a second factor of every admin"
        description="Admins without an authenticator app see nothing until they connect one."
        classNames={{ description: classes.beside }}
        checked={required}
        disabled={save.isPending}
        onChange={() =>
          save.mutate(
            { admins_need_second_factor: !required },
            {
              onSuccess: () =>
                void notify({
                  message: required
                    ? 'Admins may do without a second factor.'
                    : 'Every admin needs a second factor from now on.',
                }),
              onError: (error) => tellFailure('Nothing was changed', error),
            },
          )
        }
      />
    </section>
  );
}
