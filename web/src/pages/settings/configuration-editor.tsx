import { IconArrowLeft } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useConfiguration } from '@/data/configuration';
import { useScope } from '@/data/use-scope';
import { EmptyState } from '@/ui/empty-state';
import { Editor } from './editor';
import classes from './settings-page.module.css';

const route = getRouteApi('/shell/settings/$slug');

/** The configuration that the address names. The page above it has loaded them all. */
export function ConfigurationEditor() {
  const { slug } = route.useParams();
  const search = route.useSearch();
  const scope = useScope(search);
  const target = search.everywhere ? null : (scope.domain?.site_domain ?? null);
  const { data } = useConfiguration(target, Boolean(search.everywhere) || target !== null);
  const row = data?.find((each) => each.config_slug === slug);

  return (
    <>
      <Link
        to="/settings"
        search={(current) => ({ ...current, history: undefined })}
        className={classes.back}
      >
        <IconArrowLeft size={15} aria-hidden /> All settings
      </Link>
      {row && <Editor key={`${target}/${slug}`} row={row} target={target} />}
      {data && !row && (
        <EmptyState title="There is no such configuration">
          It has another name, or is not for you. Choose one of the list.
        </EmptyState>
      )}
    </>
  );
}
