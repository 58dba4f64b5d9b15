import { Button, Divider, Stack } from '@mantine/core';
import {
  IconBrandGithub,
  IconBrandGitlab,
  IconBrandGoogle,
  IconBrandLinkedin,
  IconBrandWindows,
  IconLogin2,
} from '@tabler/icons-react';
import { SERVICES, type Service, useSignInAt, useSignInServices } from '@/data/sign-in-services';

const ICONS: Record<Service, typeof IconLogin2> = {
  google: IconBrandGoogle,
  azure: IconBrandWindows,
  github: IconBrandGithub,
  gitlab: IconBrandGitlab,
  linkedin_oidc: IconBrandLinkedin,
  keycloak: IconLogin2,
};

type OtherServicesProps = { next: string };

/** A button for each other service the server lets people sign in at; nothing where there is none. */
export function OtherServices({ next }: OtherServicesProps) {
  const services = useSignInServices();
  const signInAt = useSignInAt(next);
  if (services.length === 0) return null;
  return (
    <>
      <Divider label="or" my="md" />
      <Stack gap="xs">
        {services.map((service) => {
          const Icon = ICONS[service];
          return (
            <Button
              key={service}
              variant="default"
              size="md"
              fullWidth
              leftSection={<Icon size={18} aria-hidden />}
              loading={signInAt.isPending && signInAt.variables === service}
              onClick={() => signInAt.mutate(service)}
            >
              Continue with {SERVICES[service]}
            </Button>
          );
        })}
      </Stack>
    </>
  );
}
