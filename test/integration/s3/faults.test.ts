import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Indicator } from 'nest-vitals/s3';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { bucketServer } from '../../support/servers/bucket.js';

describeFaults('S3Indicator', {
  server: bucketServer,
  indicator: 'files',
  application: ({ host, port, user: accessKeyId, password: secretAccessKey }) => {
    const client = new S3Client({
      endpoint: `http://${host}:${port}`,
      forcePathStyle: true,
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey },
    });
    const lifecycle = { onApplicationShutdown: () => client.destroy() };
    const files = moduleNamed('FilesModule', {
      providers: [
        { provide: S3Client, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [files], providers: [S3Indicator('files', { client: S3Client, bucket: 'orders' })] };
  },
  data: { bucket: 'orders', region: 'eu-central-1' },
  sockets: 3,
  work: ({ app }) => app.get(S3Client).send(new HeadBucketCommand({ Bucket: 'orders' })),
});
